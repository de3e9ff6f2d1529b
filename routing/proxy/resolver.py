"""Names of providers → addresses that the platform may talk to.

The address of a provider was checked when it was set, but its name may resolve to anything by now.
"""

import ipaddress
import socket

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from routing.addresses import refused_ip


class GuardedResolver(ThreadedResolver):
    """The system's resolver, without link-local and metadata addresses, and without private ones where told so."""

    def __init__(self, allow_private: bool) -> None:
        super().__init__()
        self._allow_private = allow_private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        allowed = [result for result in found if self._allows(result["host"])]
        if not allowed:
            raise OSError("the name resolves to no address that is allowed")
        return allowed

    def _allows(self, address: str) -> bool:
        return refused_ip(ipaddress.ip_address(address), allow_private=self._allow_private) is None
