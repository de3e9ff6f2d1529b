"""A server of raw bytes for the sockets to providers, and how they ask it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from routing.proxy.upstream import Upstream, UpstreamResponse
from routing.wire.contract import Outgoing, Target

SECRET = "sk-upstream-0123456789"
BODY = b'{"x": 1}'
WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
Writer = asyncio.StreamWriter
Script = Callable[[Writer], Awaitable[None]]


def outgoing() -> Outgoing:
    return Outgoing("/chat/completions", BODY)


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


@dataclass
class Server:
    """One that answers each request by a script."""

    script: Script
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)  # a caller has closed its connection

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head + await reader.readexactly(len(BODY)))
                await self.script(writer)
                await writer.drain()
                if writer.is_closing():
                    return
        self.closed.set()
        writer.close()

    @property
    def target(self) -> Target:
        return Target("openai_compatible", f"http://127.0.0.1:{self.port}/v1", "m", {"x-own": "1"}, (SECRET,))


@contextlib.asynccontextmanager
async def serving(script: bytes | Script) -> AsyncIterator[Server]:
    async def write(writer: Writer) -> None:
        assert isinstance(script, bytes)
        writer.write(script)

    server = Server(write if isinstance(script, bytes) else script)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


async def send(upstream: Upstream, server: Server) -> UpstreamResponse:
    async with asyncio.timeout(5):
        return await upstream.send(outgoing(), server.target, 1.0)


async def read(upstream: Upstream, server: Server, limit: int = 10**6) -> tuple[int, bytes]:
    """A whole answer, read and let go."""
    response = await send(upstream, server)
    try:
        async with asyncio.timeout(5):
            return response.status, await response.read(limit)
    finally:
        response.close()
