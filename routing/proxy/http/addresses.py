"""Names of servers → addresses that the platform may talk to.

The address of a provider was checked when it was set, but its name may resolve to anything by now.
"""

import asyncio
import ipaddress
import socket
import time
from typing import Any

from routing.addresses import refused_ip

KEPT_SECONDS = 60.0
AddressInfo = tuple[Any, ...]  # as `getaddrinfo` gives it


class Addresses:
    """The system's resolver without link-local and metadata addresses, and without private ones where told so."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._known: dict[tuple[str, int], tuple[float, list[AddressInfo]]] = {}
        self._under_way: dict[tuple[str, int], asyncio.Task[list[AddressInfo]]] = {}

    async def of(self, host: str, port: int) -> list[AddressInfo]:
        """Raises OSError where there is none, or none that is allowed."""
        name = host, port
        until, found = self._known.get(name, (0.0, []))
        if until > time.monotonic():
            return found
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.create_task(self._resolve(name))
            task.add_done_callback(lambda done: self._ended(name, done))
        return await asyncio.shield(task)  # one who leaves must not take the answer from the others

    async def _resolve(self, name: tuple[str, int]) -> list[AddressInfo]:
        found = await asyncio.get_running_loop().getaddrinfo(*name, type=socket.SOCK_STREAM)
        allowed: list[AddressInfo] = [info for info in found if self._allows(str(info[4][0]))]
        if not allowed:
            raise OSError("the name resolves to no address that is allowed")
        self._known[name] = time.monotonic() + KEPT_SECONDS, allowed
        return allowed

    def _ended(self, name: tuple[str, int], task: asyncio.Task[list[AddressInfo]]) -> None:
        del self._under_way[name]
        if not task.cancelled():
            task.exception()  # taken note of, should all who waited have left

    def _allows(self, address: str) -> bool:
        return refused_ip(ipaddress.ip_address(address), allow_private=self._allow_private) is None
