"""The pool of connections to providers, which knows whether one is new."""

from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

import aiohttp

from routing.proxy.resolver import GuardedResolver

reused: ContextVar[bool] = ContextVar("reused")  # this task's connection had served another request before


class PoolConnector(aiohttp.TCPConnector):
    """Sets `reused` for each request."""

    def __init__(self, resolver: GuardedResolver) -> None:
        # No limit here: what a provider may get at once is governed before this point.
        super().__init__(limit=0, keepalive_timeout=30, ttl_dns_cache=60, resolver=resolver)
        self._seen: WeakSet[Any] = WeakSet()

    async def connect(self, req: Any, traces: Any, timeout: Any) -> aiohttp.connector.Connection:  # noqa: ASYNC109
        connection = await super().connect(req, traces, timeout)
        reused.set(connection.protocol in self._seen)
        self._seen.add(connection.protocol)
        return connection


def is_stale(error: Exception) -> bool:
    """Whether the provider had closed the connection while it lay in the pool: nothing of an answer came over it."""
    if not reused.get():
        return False
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # else it holds the beginning of an answer
    return isinstance(error, aiohttp.ClientOSError)
