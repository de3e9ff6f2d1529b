"""The elements of a JSON array, one by one, from bytes that may be cut anywhere: Google's streams without SSE."""

import re

from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.sse import LONGEST_EVENT

_MARK = re.compile(rb'["\\{}\[\]]')
_QUOTE, _ESCAPE, _OPEN, _CLOSE = 0x22, 0x5C, b"{[", b"}]"


class JsonArrayDecoder:
    """Gives the bytes of each element that is an object, in linear time."""

    __slots__ = ("_depth", "_element", "_escaped", "_held", "_in_text")

    def __init__(self) -> None:
        self._depth = 0  # 1: inside the array, between elements
        self._element: list[bytes] = []  # pieces of an element whose end has not come yet
        self._held = 0  # bytes of it
        self._in_text = False
        self._escaped = False  # the next byte stands for itself

    def feed(self, data: bytes) -> list[bytes]:
        """The elements that these bytes complete. Raises `UpstreamError` for one that is too long."""
        found, start, at = [], 0, 0
        while (at := self._next_mark(data, at)) < len(data):
            mark = data[at]
            at += 1
            if self._in_text:
                self._read_in_text(mark)
            elif mark == _QUOTE:
                self._in_text = True
            elif mark in _OPEN:
                self._depth += 1
                if self._depth == 2:
                    start = at - 1
            elif mark in _CLOSE:
                self._depth -= 1
                if self._depth == 1:
                    found.append(b"".join([*self._element, data[start:at]]))
                    self._element, self._held = [], 0
        self._keep(data[start:] if self._depth > 1 else b"")
        return found

    def rest(self) -> bytes:
        """Nothing can end an element that has not ended."""
        return b""

    def _next_mark(self, data: bytes, at: int) -> int:
        if self._escaped and at < len(data):
            self._escaped = False
            at += 1
        found = _MARK.search(data, at)
        return found.start() if found else len(data)

    def _read_in_text(self, mark: int) -> None:
        if mark == _QUOTE:
            self._in_text = False
        elif mark == _ESCAPE:
            self._escaped = True

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._element.append(piece)
            self._held += len(piece)
        if self._held > LONGEST_EVENT:
            raise UpstreamError(ErrorKind.SERVER, "The provider sent an event that does not end.", 200)
