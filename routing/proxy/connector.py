"""The pool of connections to providers, which knows whether one is new."""

from contextvars import ContextVar
from typing import Any

import aiohttp

from routing.proxy.resolver import GuardedResolver

reused: ContextVar[bool] = ContextVar("reused")  # this task's connection had served another request before


class PoolConnector(aiohttp.TCPConnector):
    """Says in `reused` that a connection is a new one; whoever asks for one sets it before."""

    def __init__(self, resolver: GuardedResolver) -> None:
        # No limit here: what a provider may get at once is governed before this point.
        super().__init__(limit=0, keepalive_timeout=30, ttl_dns_cache=60, resolver=resolver)

    async def _create_connection(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109
        reused.set(False)
        return await super()._create_connection(req, traces, timeout)


def is_stale(error: Exception) -> bool:
    """Whether the provider had closed the connection while it lay in the pool: nothing of an answer came over it."""
    if not reused.get():
        return False
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return isinstance(error.message, str)  # else it holds the beginning of an answer
    return isinstance(error, aiohttp.ClientOSError)
