"""The sockets to providers: the one file of the proxy that opens any."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Protocol

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from routing.providers.registry import KINDS
from routing.providers.sandbox.answer import SandboxAnswer
from routing.proxy.connector import PoolConnector, is_stale, reused
from routing.proxy.resolver import GuardedResolver
from routing.proxy.token_source import TokenSource
from routing.signing.exchange import TokenRequest
from routing.signing.registry import EXCHANGES, SIGNERS
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

JSON = "application/json"
DRAIN_SECONDS = 1.0
TOKEN_TIMEOUT = aiohttp.ClientTimeout(total=15)  # seconds
BROKEN = (aiohttp.ClientError, OSError)


class UpstreamResponse(Protocol):
    """An answer under way. What breaks raises `UpstreamError`."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self, limit: int) -> bytes:
        """The whole body. What exceeds so many bytes is cut off: no provider may fill our memory."""

    @property
    def next(self) -> Callable[[], Awaitable[bytes]]:
        """Gives the next bytes as they come, empty at the end. Raises `BROKEN`, which `broken` puts into words."""

    def close(self) -> None:
        """Let the connection go: back to the pool if all was read, else shut."""


class Upstream:
    """Sends signed requests; keeps the connection pool. ``allow_private``: models may live on the local network."""

    def __init__(self, allow_private: bool) -> None:
        self._session = aiohttp.ClientSession(
            connector=PoolConnector(GuardedResolver(allow_private)),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        self._tokens = TokenSource(self._post)

    async def send(self, outgoing: Outgoing, target: Target, connect: float) -> UpstreamResponse:
        """Sign and send. ``connect``: seconds to reach the server. Raises `UpstreamError` (CONNECTION, TIMEOUT)."""
        if outgoing.answered is not None:
            return await _SandboxResponse.start(SandboxAnswer(200, 0, [(0, outgoing.answered)]))
        kind = KINDS[target.kind]
        if kind.answers_here is not None:
            return await _SandboxResponse.start(kind.answers_here(outgoing))
        if kind.signer in EXCHANGES:
            target = await self._tokens.exchanged(EXCHANGES[kind.signer], target)
        SIGNERS[kind.signer](outgoing, target)
        headers = CIMultiDict({"Content-Type": JSON, **target.headers})
        headers.extend(outgoing.headers)
        try:
            url = _url(target.base_url, outgoing.path)
            response = await self._request(outgoing, url, headers, connect)
        except aiohttp.ConnectionTimeoutError:
            raise UpstreamError(ErrorKind.TIMEOUT, "The provider could not be reached in time (connect).") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UpstreamError(ErrorKind.CONNECTION, f"The provider could not be reached ({_name(error)}).") from None
        return _HttpResponse(response)

    async def _request(
        self, outgoing: Outgoing, url: URL, headers: CIMultiDict[str], connect: float
    ) -> aiohttp.ClientResponse:
        """Once more, until the connection is a new one, if the pool's had been closed by the provider meanwhile.

        https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
        """
        while True:
            reused.set(True)
            try:
                return await self._session.request(
                    outgoing.method, url, data=outgoing.body or None, headers=headers,
                    timeout=_timeout(connect), allow_redirects=False,
                )  # fmt: skip
            except BROKEN as error:
                if not is_stale(error):
                    raise

    async def _post(self, request: TokenRequest) -> tuple[int, bytes]:
        """Ask for a token."""
        headers = {"Content-Type": request.content_type}
        try:
            async with self._session.post(
                request.url, data=request.body, headers=headers, timeout=TOKEN_TIMEOUT, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise UpstreamError(ErrorKind.TIMEOUT, "The provider's token endpoint took too long.") from None
        except BROKEN as error:
            message = f"The provider's token endpoint could not be reached ({_name(error)})."
            raise UpstreamError(ErrorKind.CONNECTION, message) from None

    async def close(self) -> None:
        await self._session.close()


class _HttpResponse:
    __slots__ = ("_response", "headers", "next", "status")

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.next: Callable[[], Awaitable[bytes]] = response.content.readany
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def read(self, limit: int) -> bytes:
        parts, size = [], 0
        try:
            while size < limit and (part := await self.next()):
                parts.append(part)
                size += len(part)
        except BROKEN as error:
            raise broken(error) from None
        return b"".join(parts)[:limit]

    def close(self) -> None:
        self._response.release()


class _SandboxResponse:
    """The sandbox's answer, played with its pauses."""

    __slots__ = ("_broken", "_pieces", "headers", "status")

    def __init__(self, answer: SandboxAnswer) -> None:
        self._pieces, self._broken = iter(answer.pieces), answer.broken
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    @classmethod
    async def start(cls, answer: SandboxAnswer) -> "_SandboxResponse":
        await asyncio.sleep(answer.latency)
        return cls(answer)

    async def read(self, limit: int) -> bytes:
        return b"".join(piece for _, piece in self._pieces)

    async def next(self) -> bytes:
        for pause, piece in self._pieces:
            await asyncio.sleep(pause)
            return piece
        if self._broken:
            raise aiohttp.ClientPayloadError
        return b""

    def close(self) -> None:
        pass


async def drain(response: UpstreamResponse) -> None:
    """Read what may follow the end of a stream, so that the connection can be used again; not for long."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while await response.next():
                pass
    except (TimeoutError, *BROKEN):
        pass


def broken(error: Exception) -> UpstreamError:
    """What a connection that broke while its answer was read means."""
    if isinstance(error, UpstreamError):
        return error
    return UpstreamError(ErrorKind.TRUNCATED, f"The provider's answer broke off ({_name(error)}).")


def _name(error: Exception) -> str:
    """The kind of a network error. Its text may hold addresses, so it is not shown."""
    return type(error).__name__


@lru_cache(maxsize=1024)
def _url(base_url: str, path: str) -> URL:
    """The path goes out as the adapter wrote it, percent signs and all: that is what was signed."""
    return URL(str(URL(base_url)) + path, encoded=True)


@lru_cache(maxsize=256)
def _timeout(connect: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect)  # with the resolving of its name
