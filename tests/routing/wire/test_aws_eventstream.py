"""AWS's binary event stream: any cut gives the same messages, and damage is noticed."""

import struct
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.aws_eventstream import LONGEST_MESSAGE, EventStreamDecoder, Message
from tests.routing.wire.cuts import one_by_one, pieces
from tests.routing.wire.eventstream import encode
from tests.upstream import cassettes

TEXTS = st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40), max_size=4)
MESSAGES = st.lists(st.builds(Message, st.binary(max_size=200), TEXTS), max_size=5)
RECORDED = [one for one in cassettes.full("bedrock") if one.is_binary]


def read(parts: list[bytes]) -> tuple[list[Message], str, bool]:
    decoder = EventStreamDecoder()
    messages = [message for part in parts for message in decoder.feed(part)]
    return messages, decoder.damage, decoder.cut_short


def written(messages: list[Message]) -> bytes:
    return b"".join(encode(message.payload, message.headers) for message in messages)


# B21
@given(MESSAGES, st.data())
def test_any_cut_gives_the_same_messages(messages: list[Message], data: st.DataObject) -> None:
    body = written(messages)

    assert read([body]) == (messages, "", False)
    assert read(data.draw(pieces(body))) == (messages, "", False)


# B21
@given(MESSAGES.filter(bool), st.data())
def test_a_cut_end_is_seen(messages: list[Message], data: st.DataObject) -> None:
    body = written(messages)
    end = data.draw(st.integers(0, len(body) - 1))

    read_messages, damage, cut_short = read([body[:end]])

    assert read_messages == messages[: len(read_messages)]
    assert len(read_messages) < len(messages)
    assert not damage
    whole = len(written(read_messages))
    assert cut_short == (end > whole)


@given(MESSAGES.filter(bool), st.data())
def test_no_flipped_bit_goes_unnoticed(messages: list[Message], data: st.DataObject) -> None:
    body = bytearray(written(messages))
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8

    whole, in_pieces = read([bytes(body)]), read(data.draw(pieces(bytes(body))))

    assert whole == in_pieces
    assert whole[1]
    assert whole[0] == messages[: len(whole[0])]


@given(st.binary(max_size=300), st.data())
def test_junk_breaks_nothing(junk: bytes, data: st.DataObject) -> None:
    assert read(data.draw(pieces(junk))) == read([junk])


@given(st.binary(max_size=60))
def test_odd_headers_break_nothing(headers: bytes) -> None:
    messages, damage, _ = read([framed(headers, b"{}")])
    assert bool(messages) != bool(damage)


def framed(headers: bytes, payload: bytes) -> bytes:
    """A message with right checksums around whatever it holds."""
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack("!I", crc32(prelude)) + headers + payload
    return body + struct.pack("!I", crc32(body))


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (0, b"", True),
        (1, b"", False),
        (2, b"\xff", -1),
        (3, b"\x01\x00", 256),
        (4, b"\xff\xff\xff\xfe", -2),
        (5, b"\x00" * 7 + b"\x09", 9),
        (6, b"\x00\x02\xfe\xff", b"\xfe\xff"),
        (7, b"\x00\x03\xe2\x82\xac", "€"),
        (8, struct.pack("!q", 1_700_000_000_000), datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (9, bytes(range(16)), UUID(bytes=bytes(range(16)))),
    ],
)
def test_every_type_of_header(kind: int, data: bytes, value: Any) -> None:
    messages, damage, _ = read([framed(b"\x01n" + bytes([kind]) + data, b"")])
    assert (messages, damage) == ([Message(b"", {"n": value})], "")


@pytest.mark.parametrize(
    ("total", "headers"), [(0, 0), (15, 0), (16, 1), (LONGEST_MESSAGE + 1, 0), (10_000_000, 200_000), (2**32 - 1, 0)]
)
def test_lengths_that_make_no_sense(total: int, headers: int) -> None:
    prelude = struct.pack("!II", total, headers)
    messages, damage, _ = read([prelude + struct.pack("!I", crc32(prelude))])
    assert (messages, bool(damage)) == ([], True)


# B21: a message of 16 MB in network-sized pieces takes time in proportion to its size
def test_a_large_message_is_read_in_linear_time() -> None:
    body = encode(b"x" * 16_000_000, {":event-type": "chunk"})
    decoder, found = EventStreamDecoder(), []
    for start in range(0, len(body), 1460):
        found += decoder.feed(body[start : start + 1460])
    assert [len(message.payload) for message in found] == [16_000_000]


# B21
def test_every_recorded_stream_reads_the_same_in_any_pieces() -> None:
    for recorded in RECORDED:
        expected = read([recorded.body])
        assert expected[0] and expected[1:] == ("", False), recorded.id
        assert {m.header(":message-type") for m in expected[0]} == {"event"}, recorded.id
        assert read(one_by_one(recorded.body)) == expected, recorded.id
        for size in (7, 100, 1460):
            cut = [recorded.body[i : i + size] for i in range(0, len(recorded.body), size)]
            assert read(cut) == expected, recorded.id
