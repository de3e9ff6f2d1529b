"""JSON as it comes: halves of surrogate pairs included, which models write when they cut an emoji in two.

`orjson` refuses such halves, as RFC 8259 lets it; the standard library does not. So it steps in where `orjson`
gives up, and nowhere else: it is ten times slower.
"""

import json
from typing import Any, NoReturn

import orjson

InvalidJson = ValueError  # what `read` and `write` raise


def read(data: bytes | str) -> Any:
    """The value of a JSON text. Raises `InvalidJson`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        if not _may_hold_halves(data):
            raise
        try:  # numbers are read as above: none that is infinite, none longer than 64 bits
            return json.loads(data, parse_int=orjson.loads, parse_float=orjson.loads, parse_constant=_refuse)
        except RecursionError as error:
            raise InvalidJson("nested too deeply") from error


def write(value: Any) -> bytes:
    """The JSON text of a value, halves escaped. Raises `InvalidJson` for what is nested too deeply or no JSON."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        try:
            return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
        except (RecursionError, TypeError):
            raise InvalidJson(str(error)) from error


def _may_hold_halves(data: Any) -> bool:
    return isinstance(data, str) or (isinstance(data, bytes) and b"\\u" in data)


def _refuse(constant: str) -> NoReturn:
    raise InvalidJson(f"{constant} is no JSON")
