"""Server-sent events, decoded from bytes that may be cut anywhere.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

import re

from routing.wire.contract import ErrorKind, UpstreamError

_LINE_END = re.compile(rb"\r\n|\n|\r")
# `in` on bytes raises and catches a TypeError inside, which takes longer than the search: hence `find`.
LONGEST_EVENT = 64 * 1024 * 1024  # bytes; one without an end must not fill the memory


class SseDecoder:
    """Turns bytes into the data of each event, in linear time. Comments, names and ids are passed over."""

    __slots__ = ("_after_cr", "_data", "_held", "_line")

    def __init__(self) -> None:
        self._line: list[bytes] = []  # pieces of a line whose end has not come yet
        self._data: list[bytes] = []  # data lines of an event whose blank line has not come yet
        self._after_cr = False  # the last byte was CR: an LF that follows belongs to it
        self._held = 0  # bytes since the last event, about

    def feed(self, data: bytes) -> list[bytes]:
        """The data of each event that these bytes complete. Raises `UpstreamError` for one that is too long."""
        if data[-2:] != b"\n\n" or self._line or self._data or data.find(b"\r") >= 0:
            return self._feed_lines(data)
        found = []
        for event in data[:-2].split(b"\n\n"):  # whole events of one line each, the usual case
            start = event.find(b"\n") + 1 if event[:6] == b"event:" else 0  # Anthropic's have their name before it
            if event[start : start + 6] != b"data: " or event.find(b"\n", start) >= 0:
                return self._feed_lines(data)
            found.append(event[start + 6 :])
        return found

    def is_one_line(self, data: bytes) -> bool:
        """Whether these bytes are just one event, `data: …` and a blank line: what most streams are made of.

        Then they need not be fed.
        """
        return (
            data.endswith(b"\n\n")
            and data.find(b"\n") == len(data) - 2
            and data.startswith(b"data: ")
            and data.find(b"\r") < 0
            and not (self._line or self._data)
        )

    def rest(self) -> bytes:
        """What to feed at the end of the bytes, for a last event that lacks its blank line."""
        return b"\n\n" if self._line or self._data else b""

    def _feed_lines(self, data: bytes) -> list[bytes]:
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if not data:
            return []
        self._held += len(data)
        if self._held > LONGEST_EVENT:
            raise UpstreamError(ErrorKind.SERVER, "The provider sent an event that does not end.", 200)
        self._after_cr = data.endswith(b"\r")
        first, *rest = _LINE_END.split(data)
        self._line.append(first)
        if not rest:
            return []
        lines = [b"".join(self._line), *rest[:-1]]
        self._line = [rest[-1]] if rest[-1] else []
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif not line and self._data:
                events.append(b"\n".join(self._data))
                self._data = []
        if not self._data:
            self._held = 0
        return events


def encode(data: bytes) -> bytes:
    """One event; of data with line breaks each line is marked."""
    if data.find(b"\n") >= 0:
        data = data.replace(b"\n", b"\ndata: ")
    return b"data: " + data + b"\n\n"
