"""AWS's binary event stream, decoded from bytes that may be cut anywhere.

A message is: total length and headers' length (4 bytes each), their CRC-32, headers, payload, and the CRC-32 of
all before it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTSelectObjectAppendix.html
"""

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zlib import crc32

PRELUDE, OVERHEAD = 12, 16  # bytes: lengths and their CRC; the same and the message's CRC
LONGEST_HEADERS = 128 * 1024  # AWS's own limits, in bytes
LONGEST_MESSAGE = 24 * 1024 * 1024 + LONGEST_HEADERS + OVERHEAD
_LENGTHS = struct.Struct("!III")
_CRC = struct.Struct("!I")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

HeaderValue = bool | int | bytes | str | datetime | UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One event; ``headers`` name its type as ``:message-type`` and ``:event-type`` (or ``:exception-type``)."""

    payload: bytes
    headers: dict[str, HeaderValue] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header's text; empty if it is missing or no text."""
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""


class _Damaged(Exception):
    """These bytes are no message."""


class EventStreamDecoder:
    """Turns bytes into messages, in linear time.

    ``damage`` says what was wrong with the first bytes that are no message. Where the next one begins cannot be
    known then, so nothing that follows is read.
    """

    __slots__ = ("_held", "_wanted", "damage")

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = PRELUDE  # bytes that must be held before there is something to read
        self.damage = ""

    @property
    def cut_short(self) -> bool:
        """Whether the bytes so far end inside a message."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete, up to the first damage."""
        if self.damage:
            return []
        held = self._held
        held += data
        messages: list[Message] = []
        start = 0
        try:
            while len(held) - start >= self._wanted:
                size = _message_size(held, start)
                self._wanted = size
                if len(held) - start >= size:
                    messages.append(_message(bytes(memoryview(held)[start : start + size])))
                    start += size
                    self._wanted = PRELUDE
        except _Damaged as damage:
            self.damage = str(damage)
        del held[:start]
        return messages


def _message_size(held: bytearray, start: int) -> int:
    """The length of the message that begins here, its prelude checked."""
    total, headers, checksum = _LENGTHS.unpack_from(held, start)
    if crc32(memoryview(held)[start : start + 8]) != checksum:
        raise _Damaged("the checksum of a prelude does not match")
    if not OVERHEAD <= total <= LONGEST_MESSAGE or headers > min(total - OVERHEAD, LONGEST_HEADERS):
        raise _Damaged("the lengths of a message make no sense")
    return int(total)


def _message(data: bytes) -> Message:
    (checksum,) = _CRC.unpack_from(data, len(data) - 4)
    if crc32(memoryview(data)[:-4]) != checksum:
        raise _Damaged("the checksum of a message does not match")
    end_of_headers = PRELUDE + _LENGTHS.unpack_from(data)[1]
    try:
        headers = _headers(data[PRELUDE:end_of_headers])
    except (struct.error, IndexError, ValueError, OverflowError, KeyError):
        raise _Damaged("the headers of a message cannot be read") from None
    return Message(data[end_of_headers:-4], headers)


_NUMBERS = {2: struct.Struct("!b"), 3: struct.Struct("!h"), 4: struct.Struct("!i"), 5: struct.Struct("!q")}
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # bytes of a value, by its type
_TEXT, _BYTES, _TIMESTAMP = 7, 6, 8


def _headers(data: bytes) -> dict[str, HeaderValue]:
    """Each: length of the name, name, type, value; bytes and texts with their length before them."""
    headers: dict[str, HeaderValue] = {}
    at = 0
    while at < len(data):
        name_end = at + 1 + data[at]
        name, kind = data[at + 1 : name_end].decode(), data[name_end]
        at = name_end + 1
        if kind in (_TEXT, _BYTES):
            size = int.from_bytes(data[at : at + 2], "big")
            at += 2
        else:
            size = _SIZES[kind]
        if at + size > len(data):
            raise IndexError
        headers[name] = _value(kind, data[at : at + size])
        at += size
    return headers


def _value(kind: int, data: bytes) -> HeaderValue:
    if kind == _TEXT:
        return data.decode()
    if kind in (0, 1):
        return kind == 0
    if kind in _NUMBERS:
        return int(_NUMBERS[kind].unpack(data)[0])
    if kind == _TIMESTAMP:
        return _EPOCH + timedelta(milliseconds=int.from_bytes(data, "big", signed=True))
    return UUID(bytes=data) if kind == 9 else data
