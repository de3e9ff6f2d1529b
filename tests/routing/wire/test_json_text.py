"""JSON with halves of surrogate pairs, and what is no JSON."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.json_text import InvalidJson, read, write

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    LEAVES | st.text(st.characters(codec=None)), lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=8
)


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert read(write(value)) == value
    assert read(write(value).decode()) == value


@pytest.mark.parametrize("text", [b'"\\ud83d"', b'"a\\udc00\\ud83d"', b'{"\\ud800": ["\\ud83d\\ude00", "\\ud83d"]}'])
def test_halves_stay_as_they_are(text: bytes) -> None:
    assert write(read(text)).replace(b" ", b"") == write(read(write(read(text))))
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(text)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 400, b"9" * 5000, b"01", b"1."])
@pytest.mark.parametrize("beside", [b"", b', "\\ud83d"'])
def test_numbers_that_are_none_are_refused(number: bytes, beside: bytes) -> None:
    with pytest.raises(InvalidJson):
        read(b"[" + number + beside + b"]")


@pytest.mark.parametrize("beside", [b"", b', "\\ud83d"'])
def test_long_numbers_are_read_alike(beside: bytes) -> None:
    numbers = read(b"[123456789012345678901234567890, 18446744073709551615" + beside + b"]")
    assert numbers[:2] == [1.2345678901234568e29, 2**64 - 1]


@pytest.mark.parametrize("text", [b"", b"{", b'"\xff\\ud83d"', b"[" * 5000 + b'"\\ud83d"' + b"]" * 5000, b'"\\ud83"'])
def test_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidJson):
        read(text)


def test_what_is_no_json_is_not_written() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (deep, object(), {1: object()}, [float("nan"), 2**70], [float("inf"), "\ud83d"]):
        with pytest.raises(InvalidJson):
            write(value)
    while deep:  # a list so deep cannot be freed at once
        deep = deep.pop()
