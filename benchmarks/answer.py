"""Reads one HTTP/1.1 answer from bytes cut anywhere: enough to know when it ends and whether it is right."""

import re
from dataclasses import dataclass

from benchmarks.payloads import CHUNKS

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"
EVENT = b"data: {"
TAIL = 64  # bytes kept to look at: more than the last event and chunk take


@dataclass
class Answer:
    """One answer as it arrives."""

    head: bytes = b""
    missing: int | None = None  # body bytes still to come; None: the body is chunked
    start: bytes = b""  # of the body, for error messages
    tail: bytes = b""
    events: int = 0
    whole: bool = False

    def feed(self, data: bytes) -> None:
        """Takes the next bytes."""
        if self.head.endswith(b"\r\n\r\n"):
            self._body(data)
            return
        head, separator, body = (self.head + data).partition(b"\r\n\r\n")
        self.head = head + separator
        if separator:
            length = LENGTH.search(head)
            self.missing = int(length[1]) if length else None
            self.start = body[:300]
            self._body(body)

    def _body(self, data: bytes) -> None:
        seen = self.tail + data
        self.events += seen.count(EVENT) - self.tail.count(EVENT)
        self.tail = seen[-TAIL:]
        if self.missing is None:
            self.whole = self.tail.endswith(LAST_CHUNK)
        else:
            self.missing -= len(data)
            self.whole = self.missing <= 0

    def problem(self, *, stream: bool) -> str | None:
        """What is wrong with a finished answer, or None."""
        if self.head[9:12] != b"200":
            return f"{self.head[:12]!r} {self.start!r}"
        if stream and (self.events < CHUNKS or b"[DONE]" not in self.tail):
            return f"stream of {self.events} events ending in {self.tail!r}"
        return None
