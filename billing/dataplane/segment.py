"""One file of the journal. Whoever holds its lock is the only one to write, ship and delete it."""

import fcntl
import os
from pathlib import Path

PATTERN = "*-*.jsonl"
BLOCK = 64 * 1024


class Segment:
    """An open, locked file of event lines, and how much of it is in the database.

    ``size`` counts whole lines alone; a torn line after it is never read.
    """

    def __init__(self, path: Path, fd: int, size: int = 0) -> None:
        self.path = path
        self.fd = fd
        self.size = size
        self.shipped = 0

    @property
    def pending(self) -> int:
        """Bytes that are not in the database yet."""
        return self.size - self.shipped

    def read(self, limit: int) -> bytes:
        """The next whole lines, of about ``limit`` bytes: more only where one line is longer than that."""
        data = os.pread(self.fd, min(limit, self.pending), self.shipped)
        end = data.rfind(b"\n") + 1
        lines = data[:end] if end else os.pread(self.fd, self.pending, self.shipped)
        if not lines:
            raise OSError(f"{self.path} was cut short")
        return lines

    def remove(self) -> None:
        """Delete the file. Only for one that is wholly in the database."""
        self.path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Let go of the file, for another worker to adopt."""
        os.close(self.fd)
        self.fd = -1  # a late write fails, rather than reach whatever gets this number next


def create_segment(directory: Path, worker: str) -> Segment:
    """A new file under the first free number, locked. Raises OSError where the disk refuses."""
    number = 1
    while True:
        path = directory / f"{worker}-{number}.jsonl"
        number += 1
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        if _lock(fd, path):  # else somebody adopted the empty file before it was locked
            return Segment(path, fd)
        os.close(fd)


def adopt_segments(directory: Path) -> list[Segment]:
    """The files that no living worker holds, now locked by this one. A torn last line is left out."""
    adopted = []
    for path in sorted(directory.glob(PATTERN)):
        try:
            fd = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # its owner was faster
            continue
        if _lock(fd, path):
            adopted.append(Segment(path, fd, _whole_lines(fd)))
        else:
            os.close(fd)
    return adopted


def split_lines(lines: bytes) -> list[bytes]:
    """Lines with their newlines. (`bytes.splitlines` would also split at carriage returns.)"""
    return [line + b"\n" for line in lines.split(b"\n")[:-1]]


def _lock(fd: int, path: Path) -> bool:
    """Whether this process now holds the file, and it still is the one at ``path``."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return path.stat().st_ino == os.fstat(fd).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _whole_lines(fd: int) -> int:
    """The file's size up to and with its last newline."""
    end = os.fstat(fd).st_size
    while end > 0:
        start = max(end - BLOCK, 0)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
