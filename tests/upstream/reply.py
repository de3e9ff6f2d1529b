"""The pen that a scenario writes its answer with, on a raw socket, so that it can also write a broken one."""

import asyncio
import json
from collections.abc import Iterable
from http.client import responses
from typing import Any

from tests.upstream.framing import Framing


class Cut(Exception):
    """Close the connection now, in the middle of the answer."""


class Reply:
    """One HTTP answer; each method flushes."""

    def __init__(self, writer: asyncio.StreamWriter, framings: list[Framing]) -> None:
        self._writer = writer
        self._framings = framings
        self.streaming = False

    async def whole(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """A whole answer with its length."""
        await self._head(status, {"content-length": str(len(body)), **(headers or {})})
        await self._write(body)

    async def json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        """A whole JSON answer."""
        head = {"content-type": "application/json", **(headers or {})}
        await self.whole(status, json.dumps(body, ensure_ascii=False).encode(), head)

    async def start_stream(self) -> None:
        """The head of an event stream."""
        self.streaming = True
        await self._head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})

    async def events(self, chunks: Iterable[Any]) -> None:
        """Each chunk as one event."""
        for chunk in chunks:
            await self.raw(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())

    async def done(self) -> None:
        """The terminal marker of OpenAI's dialect."""
        await self.raw(b"data: [DONE]\n\n")

    async def raw(self, event: bytes) -> None:
        """Bytes of an event stream, through the framings that the scenario asked for."""
        if not self.streaming:
            await self.start_stream()
        pieces = [event]
        for framing in self._framings:
            pieces = [cut for piece in pieces for cut in framing(piece)]
        for piece in pieces:
            await self._write(b"%x\r\n%s\r\n" % (len(piece), piece))

    async def close(self) -> None:
        """End a stream cleanly, as HTTP sees it."""
        if self.streaming:
            await self._write(b"0\r\n\r\n")

    async def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {responses.get(status, 'Overloaded')}", *(f"{k}: {v}" for k, v in headers.items())]
        await self._write("\r\n".join([*lines, "", ""]).encode())

    async def _write(self, data: bytes) -> None:
        if self._writer.is_closing():  # uvloop's own error for this is no ConnectionError
            raise ConnectionResetError("the client left")
        self._writer.write(data)
        await self._writer.drain()
