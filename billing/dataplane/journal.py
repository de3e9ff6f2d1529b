"""The usage journal: one append-only file a worker, written before the response ends.

A line that `os.write` took survives the death of the process. It is not flushed to the disk: a power failure may
cost the last seconds.
"""

import logging
import os
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from billing.dataplane.event import Request
from billing.dataplane.segment import Segment, create_segment, split_lines

logger = logging.getLogger(__name__)

SEGMENT_BYTES = 16 * 1024 * 1024  # a file that is longer is followed by a new one
SEGMENT_SECONDS = 60.0  # a shipped file that is older is followed by a new one
MOST_SEGMENTS = 64  # then the current file grows on: each one is an open file of this process
HELD_BYTES = 64 * 1024 * 1024  # what waits in memory for a disk that refuses to write
NUL = b"\\u0000"  # JSON allows it, PostgreSQL's text does not


@dataclass(slots=True)
class JournalStats:
    """What the metrics page shows. Counts of this worker since it started."""

    appended: int = 0  # events
    shipped: int = 0  # rows that are in the database now
    duplicates: int = 0  # lines that were there already
    rejected: int = 0  # lines that the database will never take, kept in rejected.jsonl
    lost: int = 0  # events that could not be written as JSON, or that neither disk nor memory could hold
    write_errors: int = 0  # events that the disk refused at first
    held: int = 0  # events in memory now, waiting for the disk
    adopted: int = 0  # files taken over from dead workers
    failures: int = 0  # attempts to ship that failed


class Journal:
    """This worker's files. Not for threads: one event loop appends and ships."""

    def __init__(self, directory: Path, worker: str) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory = directory
        self.stats = JournalStats()
        self.closed: list[Segment] = []  # full or adopted, on their way to the database
        self._worker = worker
        self._current = create_segment(directory, worker)
        self._opened_at = time.monotonic()
        self._torn = False  # the file ends in a part of a line
        self._held: deque[bytes] = deque()
        self._held_bytes = 0

    def append(self, event: Request, known: bytes = b"") -> None:
        """Write one event; ``known``: its other columns, as `members` gives them.

        Never raises: a request does not fail because it could not be counted.
        """
        self.stats.appended += 1
        try:
            line = _encode(event)
            if known:
                line = b"{%b,%b" % (known, line[1:])
        except (TypeError, RecursionError) as error:
            self._lose(1, str(error))
            return
        if not self._write(line):
            self.stats.write_errors += 1
            self._hold(line)

    def segments(self) -> list[Segment]:
        """Every file that this worker is to ship, oldest first."""
        return [*self.closed, self._current]

    @property
    def pending_bytes(self) -> int:
        """What is in files and not in the database yet."""
        return sum(segment.pending for segment in self.segments())

    def retry_held(self) -> None:
        """Try again to write what the disk refused."""
        while self._held and self._write(self._held[0]):
            self._held_bytes -= len(self._held.popleft())
        self.stats.held = len(self._held)

    def take_held(self) -> bytes:
        """What the disk still refuses, to be shipped from memory; `give_back` it if that fails."""
        data = b"".join(self._held)
        self._held.clear()
        self._held_bytes = self.stats.held = 0
        return data

    def give_back(self, data: bytes) -> None:
        for line in split_lines(data):
            self._hold(line)

    def tidy(self) -> None:
        """Delete what is in the database; begin a new file where the current one is long, or old and done."""
        segment = self._current
        old = time.monotonic() - self._opened_at > SEGMENT_SECONDS
        full = segment.size >= SEGMENT_BYTES and len(self.closed) < MOST_SEGMENTS
        if full or (old and segment.size and not segment.pending):
            self._rotate()
        for done in [segment for segment in self.closed if not segment.pending]:
            done.remove()
            self.closed.remove(done)

    def close(self) -> None:
        """Delete what is shipped and let go of the rest, for another worker to adopt."""
        for segment in self.segments():
            if segment.pending:
                segment.release()
            else:
                segment.remove()
        self.closed.clear()
        if self._held:
            self._lose(len(self._held), "the disk refused them until the end")

    def _write(self, line: bytes) -> bool:
        segment = self._current
        try:
            if self._torn:
                os.ftruncate(segment.fd, segment.size)
                self._torn = False
            written = os.write(segment.fd, line)
        except OSError:
            return False
        if written != len(line):  # the disk is full
            self._torn = True
            return False
        segment.size += written
        return True

    def _hold(self, line: bytes) -> None:
        if self._held_bytes + len(line) > HELD_BYTES:
            self._lose(1, "disk and memory are full")
            return
        self._held.append(line)
        self._held_bytes += len(line)
        self.stats.held = len(self._held)

    def _rotate(self) -> None:
        try:
            new = create_segment(self.directory, self._worker)
        except OSError as error:
            logger.warning("journal goes on in its old file: %s", error)
            return
        self.closed.append(self._current)
        self._current, self._opened_at, self._torn = new, time.monotonic(), False

    def _lose(self, events: int, why: str) -> None:
        self.stats.lost += events
        logger.error("%d usage events lost: %s", events, why)


def _encode(event: Request) -> bytes:
    with suppress(TypeError):
        line = orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)
        if line.find(NUL) < 0:  # `in` takes twice as long on bytes
            return line
    # Cleaned here, where only the request that sent such a thing pays for it: in the database, its whole batch would.
    return orjson.dumps(_cleaned(event), option=orjson.OPT_APPEND_NEWLINE)


def _cleaned(value: Any) -> Any:
    """Without NUL and halves of surrogate pairs; what JSON has no word for becomes text."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(str(key)): _cleaned(item) for key, item in value.items()}
    if value is None or isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 64):
        return value
    return _cleaned(str(value))
