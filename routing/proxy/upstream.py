"""Requests to providers: signed, sent, and their failures put into words."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from routing.providers.registry import KINDS
from routing.providers.sandbox.answer import SandboxAnswer
from routing.proxy.http.errors import ConnectionClosed, ConnectTimeout, HttpError
from routing.proxy.http.pool import Pool
from routing.proxy.http.request import head, place
from routing.proxy.token_source import TokenSource
from routing.signing.exchange import TokenRequest
from routing.signing.registry import EXCHANGES, SIGNERS
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

DRAIN_SECONDS = 1.0
TOKEN_SECONDS = 15.0
LONGEST_TOKEN = 1024 * 1024  # bytes
BROKEN = (HttpError, OSError)


class UpstreamResponse(Protocol):
    """An answer under way. What breaks raises `BROKEN`, which `broken` puts into words."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""

    async def read(self, limit: int) -> bytes:
        """The whole body. What exceeds so many bytes is cut off: no provider may fill our memory."""

    async def next(self) -> bytes:
        """The next bytes as they come, empty at the end."""

    def close(self) -> None:
        """Let the connection go: back to the pool if all was read, else shut."""


class Upstream:
    """Sends signed requests; keeps the connection pool. ``allow_private``: models may live on the local network."""

    def __init__(self, allow_private: bool) -> None:
        self._pool = Pool(allow_private)
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
        try:
            where = place(target.base_url + outgoing.path)
            start = head(outgoing.method, where, [*target.headers.items(), *outgoing.headers], len(outgoing.body))
            return await self._pool.ask(where.origin, start, outgoing.body, connect)
        except ConnectTimeout:
            raise UpstreamError(ErrorKind.TIMEOUT, "The provider could not be reached in time (connect).") from None
        except (*BROKEN, ValueError) as error:
            raise UpstreamError(ErrorKind.CONNECTION, f"The provider could not be reached ({_name(error)}).") from None

    async def _post(self, request: TokenRequest) -> tuple[int, bytes]:
        """Ask for a token."""
        try:
            where = place(request.url)
            start = head("POST", where, [("content-type", request.content_type)], len(request.body))
            async with asyncio.timeout(TOKEN_SECONDS):
                answer = await self._pool.ask(where.origin, start, request.body, TOKEN_SECONDS)
                try:
                    return answer.status, await answer.read(LONGEST_TOKEN)
                finally:
                    answer.close()
        except (TimeoutError, ConnectTimeout):
            raise UpstreamError(ErrorKind.TIMEOUT, "The provider's token endpoint took too long.") from None
        except (*BROKEN, ValueError) as error:
            message = f"The provider's token endpoint could not be reached ({_name(error)})."
            raise UpstreamError(ErrorKind.CONNECTION, message) from None

    async def close(self) -> None:
        self._pool.close()


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
            raise ConnectionClosed
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
