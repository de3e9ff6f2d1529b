"""Server-sent events come out the same, however their bytes are dressed and cut."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire import sse
from routing.wire.contract import UpstreamError
from routing.wire.sse import SseDecoder, encode
from tests.routing.wire.cuts import one_by_one, pieces

# Data lines: anything but line breaks; characters of several bytes among them.
LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20).map(str.encode)
EVENTS = st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=5)
BREAKS = st.sampled_from([b"\n", b"\r\n", b"\r"])
# What stands between and within events without being data.
NOISE = st.sampled_from([b": keep-alive", b"event: message", b"id: 7", b"retry: 10", b"unknown", b"dat: x", b""])


def decode(parts: list[bytes]) -> list[bytes]:
    decoder = SseDecoder()
    events = [event for part in parts for event in decoder.feed(part)]
    return events + decoder.feed(decoder.rest())


@st.composite
def dressed(draw: st.DrawFn) -> tuple[list[bytes], bytes]:
    """Events as they are to come out, and bytes that say so."""
    events, out = draw(EVENTS), []
    line_break = draw(BREAKS)
    for lines in events:
        for line in lines:
            out += [noise for noise in draw(st.lists(NOISE, max_size=1)) if noise]
            # A space after the colon is not data; one that belongs to the data needs another before it.
            space = b" " if line.startswith(b" ") else draw(st.sampled_from([b"", b" "]))
            out.append(b"data:" + space + line)
        out.append(b"")
        out += draw(st.lists(NOISE, max_size=2))
    return [b"\n".join(lines) for lines in events], b"".join(line + line_break for line in out)


# B21
@settings(max_examples=200)
@given(st.data())
def test_any_dress_and_any_cut_give_the_same_events(data: st.DataObject) -> None:
    events, stream = data.draw(dressed())

    assert decode([stream]) == events
    assert decode(one_by_one(stream)) == events
    assert decode(data.draw(pieces(stream))) == events


# B21
@given(st.binary(max_size=200), st.data())
def test_nonsense_is_cut_into_the_same_events_too(stream: bytes, data: st.DataObject) -> None:
    assert decode(data.draw(pieces(stream))) == decode([stream]) == decode(one_by_one(stream))


@given(EVENTS)
def test_what_is_encoded_is_decoded(events: list[list[bytes]]) -> None:
    payloads = [b"\n".join(lines) for lines in events]
    assert decode([encode(payload) for payload in payloads]) == payloads


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a", [b"a"]),
        (b"data: a\n", [b"a"]),
        (b"data:{\n\n", [b"{"]),
        (b"data:\n\n", [b""]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"\n\n\n: only a comment\n\n", []),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"", []),
    ],
)
def test_edges(stream: bytes, events: list[bytes]) -> None:
    assert decode([stream]) == events


# B21: linear time, whatever the pieces
@pytest.mark.parametrize("piece", [1024, 64 * 1024], ids=["small", "large"])
def test_a_line_of_16_megabytes_takes_linear_time(piece: int) -> None:
    def seconds(size: int) -> float:
        stream = b"data: " + b"x" * size + b"\n\n"
        parts = [stream[i : i + piece] for i in range(0, len(stream), piece)]
        started = time.process_time()
        [event] = decode(parts)
        assert len(event) == size
        return time.process_time() - started

    megabyte = 1024 * 1024
    small = min(seconds(4 * megabyte) for _ in range(3))
    large = min(seconds(16 * megabyte) for _ in range(3))
    assert large < 8 * small + 0.05  # four times as much; quadratic would be sixteen times


@pytest.mark.parametrize("unending", [b"x", b"data: x\n"], ids=["line", "event"])
def test_what_never_ends_does_not_fill_the_memory(unending: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST_EVENT", 1000)
    decoder = SseDecoder()

    for _ in range(1000 // len(unending)):
        decoder.feed(unending)
    with pytest.raises(UpstreamError, match="does not end"):
        decoder.feed(unending)


def test_comments_for_ever_are_no_event_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST_EVENT", 100)
    decoder = SseDecoder()
    for _ in range(100):
        assert decoder.feed(b": keep-alive\n\n") == []
    assert decoder.feed(b"data: a\n\n") == [b"a"]
