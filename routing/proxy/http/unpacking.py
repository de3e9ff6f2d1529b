"""Compressed answers, unpacked as they come and no faster than they are read."""

import zlib
from typing import Any

from routing.proxy.http.errors import ConnectionClosed, MalformedAnswer

_ZLIB, _RAW, _GZIP = zlib.MAX_WBITS, -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_MOST = 1024 * 1024  # bytes unpacked at once: a small body may hold a vast one


class Unpacker:
    """One body in gzip or deflate."""

    def __init__(self, encoding: str) -> None:
        """Raises `MalformedAnswer` for an encoding that was not asked for."""
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise MalformedAnswer
        self._gzip = encoding != "deflate"
        self._inner: Any = None
        self._left = b""  # packed

    @property
    def holds_more(self) -> bool:
        """Whether there is more to unpack of what was fed."""
        return bool(self._left)

    def feed(self, packed: bytes) -> bytes:
        """The next bytes: of what was left, then of these. Raises `MalformedAnswer`."""
        packed = self._left + packed
        if self._inner is None:
            self._inner = zlib.decompressobj(self._window(packed))
        try:
            unpacked: bytes = self._inner.decompress(packed, _MOST)
        except zlib.error:
            raise MalformedAnswer from None
        self._left = self._inner.unconsumed_tail
        return unpacked

    def finish(self) -> None:
        """Raises `ConnectionClosed` where the end is missing."""
        if self._inner is not None and not self._inner.eof:
            raise ConnectionClosed

    def _window(self, packed: bytes) -> int:
        """Some servers send `deflate` without the frame that it should have."""
        if self._gzip:
            return _GZIP
        return _ZLIB if packed[0] & 0x0F == zlib.DEFLATED else _RAW
