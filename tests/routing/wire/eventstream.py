"""AWS's binary event stream, written: for tests that need one."""

import struct
from collections.abc import Mapping
from zlib import crc32

import orjson


def encode(payload: bytes, headers: Mapping[str, object]) -> bytes:
    """One message; all its headers are texts."""
    encoded = b"".join(_header(name.encode(), str(value).encode()) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(encoded) + len(payload), len(encoded))
    body = prelude + struct.pack("!I", crc32(prelude)) + encoded + payload
    return body + struct.pack("!I", crc32(body))


def event(kind: str, payload: object) -> bytes:
    """One event as Bedrock sends it."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return encode(orjson.dumps(payload), headers)


def exception(kind: str, payload: object) -> bytes:
    """An in-band error as Bedrock sends it."""
    headers = {":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}
    return encode(orjson.dumps(payload), headers)


def _header(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + b"\x07" + struct.pack("!H", len(value)) + value
