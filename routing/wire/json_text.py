"""JSON as it comes: halves of surrogate pairs included, which models write when they cut an emoji in two.

`orjson` refuses such halves, as RFC 8259 lets it; the standard library does not. So it steps in where `orjson`
gives up, and nowhere else: it is ten times slower.
"""

import json
from typing import Any

import orjson

InvalidJson = ValueError  # what `read` raises


def read(data: bytes) -> Any:
    """The value of a JSON text. Raises `InvalidJson`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        if b"\\u" not in data:
            raise
        try:
            return json.loads(data)
        except RecursionError as error:
            raise InvalidJson("nested too deeply") from error


def write(value: Any) -> bytes:
    """The JSON text of a value. Raises `InvalidJson` for what is nested too deeply."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        try:
            return json.dumps(value, separators=(",", ":")).encode()
        except (RecursionError, TypeError):
            raise InvalidJson(str(error)) from error
