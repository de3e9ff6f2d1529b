"""An answer under way, as its reader sees it."""

from asyncio import Future
from typing import TYPE_CHECKING

from routing.proxy.http.errors import HttpError
from routing.proxy.http.unpacking import Unpacker

if TYPE_CHECKING:
    from routing.proxy.http.connection import Connection

HIGH_WATER = 256 * 1024  # bytes that wait for their reader before the server is made to wait


class Answer:
    """Status, headers and body of one answer. The connection writes it, one task reads it."""

    __slots__ = ("_connection", "_unpacker", "complete", "error", "fields", "pieces", "size", "status", "waiter")

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._unpacker: Unpacker | None = None
        self.status = 0  # until the head is there
        self.fields: dict[bytes, bytes] = {}  # the headers, names in lower case
        self.pieces: list[bytes] = []
        self.size = 0  # of the pieces, in bytes
        self.complete = False
        self.error: HttpError | None = None
        self.waiter: Future[None] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Names in lower case. One that was sent twice is there as it was sent last."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.fields.items()}

    async def head(self) -> None:
        """Wait for status and headers. Raises `HttpError`."""
        while not self.status:
            if self.error is not None:
                raise self.error
            self.waiter = waiter = self._connection.future()
            await waiter
        encoding = self.fields.get(b"content-encoding", b"").strip().lower()
        if encoding not in (b"", b"identity"):
            self._unpacker = Unpacker(encoding.decode("latin-1"))

    async def next(self) -> bytes:
        """The next bytes as they come, empty at the end. Raises `HttpError`."""
        if self._unpacker is not None:
            return await self._next_unpacked(self._unpacker)
        while not self.pieces:
            if self.complete:
                return b""
            if self.error is not None:
                raise self.error
            self.waiter = waiter = self._connection.future()
            await waiter
        if len(self.pieces) == 1 and self.size <= HIGH_WATER:  # the usual case
            self.size = 0
            return self.pieces.pop()
        return self._take()

    async def read(self, limit: int) -> bytes:
        """The whole body. What exceeds so many bytes is cut off: no server may fill our memory. Raises `HttpError`."""
        parts, size = [], 0
        while size < limit and (part := await self.next()):
            parts.append(part)
            size += len(part)
        return b"".join(parts)[:limit]

    def close(self) -> None:
        """Let the connection go. It is shut unless all of the answer has come."""
        if not self.complete:
            self._connection.drop(self)

    async def _next_unpacked(self, unpacker: Unpacker) -> bytes:
        self._unpacker = None  # for what is packed
        try:
            while True:
                packed = b"" if unpacker.holds_more else await self.next()
                if not packed and not unpacker.holds_more:
                    unpacker.finish()
                    return b""
                if unpacked := unpacker.feed(packed):
                    return unpacked
        finally:
            self._unpacker = unpacker

    def _take(self) -> bytes:
        """All that has come."""
        size, self.size = self.size, 0
        if size > HIGH_WATER:
            self._connection.go_on(self)
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)
