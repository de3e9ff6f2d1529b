"""Streams: however their bytes are cut, the same events, the same usage; and nothing that comes can break it."""

import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.gemini.adapter import GeminiAdapter
from routing.wire.contract import ErrorKind, Event, Json, TruncatedStream, UpstreamError
from routing.wire.gemini import ARRAY, pick, usage_from_google
from routing.wire.sse import encode
from tests.routing.providers.gemini.exchanges import adapter, everything, fed, kept, name, straight
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream.cassettes import Cassette

STREAMS = [one for one in kept() if one.is_event_stream]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def shape(events: list[Event]) -> list[tuple[object, ...]]:
    return [(event.raw, event.chunks, event.content, event.last) for event in events]


def said(parts: list[Json], finish: str | None = None, **more: Any) -> bytes:
    """One event of one candidate."""
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
    return encode(orjson.dumps({"candidates": [{**candidate, **({"finishReason": finish} if finish else {}), **more}]}))


HELLO, END = said([{"text": "Hello"}]), said([{"text": "."}], "STOP")


def test_there_are_streams() -> None:
    assert len(STREAMS) >= 6


# B21
@pytest.mark.parametrize("make", [adapter, straight], ids=["translated", "straight"])
@pytest.mark.parametrize("recorded", STREAMS, ids=name)
def test_the_events_do_not_depend_on_how_the_bytes_are_cut(recorded: Cassette, make: Any) -> None:
    whole, byte_by_byte, windows = make(), make(), make()
    expected = shape(fed(whole, recorded.body))

    assert shape(fed(byte_by_byte, *one_by_one(recorded.body))) == expected
    assert shape(fed(windows, recorded.body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))) != []
    assert byte_by_byte.usage == windows.usage == whole.usage
    assert expected[-1][3]


# B21
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_cut_at_random(data: st.DataObject) -> None:
    recorded = data.draw(st.sampled_from(STREAMS))
    whole, cut = adapter(), adapter()
    assert shape(fed(cut, *data.draw(pieces(recorded.body)))) == shape(fed(whole, recorded.body))
    assert cut.usage == whole.usage


# B1
def test_all_recorded_streams_give_the_usage_that_was_recorded() -> None:
    for recorded in everything():
        if recorded.is_event_stream:
            made = adapter()
            fed(made, recorded.body)
            assert made.usage.source == "provider", name(recorded)
            last = usage_from_google(recorded.usage)
            last.searches = made.usage.searches
            assert made.usage == last, name(recorded)


@pytest.mark.parametrize("recorded", STREAMS, ids=name)
def test_a_caller_of_the_same_dialect_gets_the_events_as_they_came(recorded: Cassette) -> None:
    raw = b"".join(event.raw for event in fed(straight(), recorded.body))
    events = [orjson.loads(event[6:]) for event in raw.split(b"\n\n") if event]
    if recorded.body.lstrip().startswith(b"["):
        assert events == orjson.loads(recorded.body)
    else:
        assert events == recorded.json_events


@pytest.mark.parametrize("recorded", STREAMS, ids=name)
def test_an_array_is_made_of_the_same_events(recorded: Cassette) -> None:
    raw = b"".join(event.raw for event in fed(straight(dialect=ARRAY), recorded.body))
    in_sse = b"".join(event.raw for event in fed(straight(), recorded.body))
    assert orjson.loads(raw) == [orjson.loads(event[6:]) for event in in_sse.split(b"\n\n") if event]


@pytest.mark.parametrize("recorded", STREAMS, ids=name)
def test_a_stream_that_is_cut_short_is_told_from_a_whole_one(recorded: Cassette) -> None:
    end = recorded.body.rindex(b"finishReason")
    made = adapter()
    made.feed(recorded.body[:end])
    with pytest.raises(TruncatedStream):
        made.finish()


def test_nothing_at_all_is_cut_short() -> None:
    for body in (b"", b"  \n", b"[]", b"data: {}\n\n"):
        made = adapter()
        made.feed(body)
        with pytest.raises(TruncatedStream):
            made.finish()


def test_every_candidate_has_to_end() -> None:
    other = said([{"text": "Hi"}], index=1)
    made = adapter()
    made.feed(HELLO + other + END)
    with pytest.raises(TruncatedStream):
        made.finish()
    assert fed(adapter(), HELLO, other, END, said([], "MAX_TOKENS", index=1))[-1].last


def test_what_comes_after_the_reason_is_kept() -> None:
    late = encode(orjson.dumps({"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2}}))
    made = adapter()
    events = fed(made, HELLO, END, late)
    assert [event.last for event in events] == [False, False, True]
    assert (made.usage.input_tokens, made.usage.output_tokens) == (3, 2)


def test_the_last_event_waits_for_the_end() -> None:
    made = straight()
    assert len(made.feed(HELLO + END)) == 1
    (last,) = made.finish()
    assert last.last and last.content and b"STOP" in last.raw


def test_an_error_inside_the_stream_ends_it() -> None:
    error = {"error": {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}}
    for framed in (HELLO + encode(orjson.dumps(error)) + HELLO, b"[" + HELLO[6:-2] + b"," + orjson.dumps(error) + b"]"):
        made = adapter()
        assert len(made.feed(framed)) == 1
        assert made.failed is not None and made.failed.kind is ErrorKind.OVERLOADED
        assert made.finish() == []


def test_a_blocked_prompt_is_an_error() -> None:
    for make in (adapter, straight):
        made = make()
        assert made.feed(encode(b'{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}')) == []
        assert made.failed is not None and made.failed.kind is ErrorKind.CONTENT_FILTER
        assert "PROHIBITED_CONTENT" in made.failed.message


def test_a_malformed_event_is_passed_over() -> None:
    made = adapter()
    events = fed(made, HELLO, b"data: {oops\n\ndata: [1]\n\ndata: 7\n\n", END)
    assert made.malformed == 3
    assert [event.content for event in events] == [True, True]


def test_calls_are_numbered_through_the_whole_stream() -> None:
    call = {"functionCall": {"name": "add", "args": {"a": 1}}}
    events = fed(adapter(), said([call]), said([call, call], "STOP"))
    calls = [one for event in events for c in event.chunks for one in c["choices"][0]["delta"].get("tool_calls", [])]
    assert [one["index"] for one in calls] == [0, 1, 2]
    assert len({one["id"] for one in calls}) == 3
    assert events[-1].chunks[0]["choices"][0]["finish_reason"] == "tool_calls"


# B39
def test_a_call_s_signature_comes_with_it_and_as_a_thinking_block() -> None:
    thought, call = {"text": "Hm.", "thought": True}, {"functionCall": {"name": "add"}, "thoughtSignature": "c2ln"}
    (first, second) = fed(adapter(), said([thought]), said([call], "STOP"))
    assert first.chunks[0]["choices"][0]["delta"] == {"role": "assistant", "reasoning_content": "Hm."}
    delta = second.chunks[0]["choices"][0]["delta"]
    assert delta["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "c2ln"}}
    assert delta["thinking_blocks"] == [
        {"index": 0, "type": "thinking", "thinking": "Hm.", "signature": "google.0.c2ln"}
    ]


def test_a_caller_of_the_same_dialect_makes_no_chunks() -> None:
    assert [event.chunks for event in fed(straight(), HELLO, END)] == [(), ()]


def test_what_was_written_is_estimated_where_google_says_nothing() -> None:
    for made in (adapter(), straight()):
        fed(made, HELLO, END)
        assert made.usage.source == "none"
        made.estimate()
        assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.source) == (1, 2, "estimate")


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


KNOWN = sorted(set().union(*(keys(event) for one in STREAMS if one.body[:1] != b"[" for event in one.json_events)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_answer_breaks_it(data: st.DataObject) -> None:
    odd = st.recursive(
        ANYTHING,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=4),
        max_leaves=20,
    )
    events = data.draw(st.lists(st.dictionaries(st.sampled_from(KNOWN), odd, max_size=4), max_size=4))
    for make in (adapter, straight):
        survives(make(), b"".join(encode(json.dumps(event).encode()) for event in events))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_changed_bytes_break_it(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(STREAMS)).body)
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    for make in (adapter, straight):
        survives(make(), bytes(body))


def survives(made: GeminiAdapter, body: bytes) -> None:
    with suppress(TruncatedStream, UpstreamError):
        fed(made, body)
    assert made.usage.input_tokens >= 0
    made.estimate()


def test_usage_is_read_under_either_spelling() -> None:
    assert usage_from_google({"prompt_token_count": 3}) == usage_from_google({"promptTokenCount": 3})
    assert pick({"fooBar": None, "foo_bar": 1}, "fooBar") == 1
