"""Recorded streams of the Responses API: straight through byte for byte, and as chunks for other callers."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import usage_from_openai
from routing.wire.contract import ErrorKind, Json
from routing.wire.sse import encode
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.providers.openai_responses.exchanges import ALL, CHAT, KEPT, STRAIGHT, adapter, name, read, told
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream.cassettes import Cassette

STREAMS = [one for one in ALL if one.is_event_stream]
KEPT_STREAMS = [one for one in KEPT if one.is_event_stream]


def event(kind: str, **fields: Any) -> bytes:
    return encode(orjson.dumps({"type": kind, **fields}))


def text(delta: str) -> bytes:
    return event("response.output_text.delta", delta=delta, item_id="msg_1", output_index=0, content_index=0)


END = event("response.completed", response={"id": "resp_1", "output": [], "usage": {"input_tokens": 3}})


# B21
@pytest.mark.parametrize("dialect", [STRAIGHT, CHAT])
@pytest.mark.parametrize("recorded", KEPT_STREAMS, ids=name)
@settings(max_examples=15)
@given(data=st.data())
def test_any_cut_gives_the_same_events_and_usage(recorded: Cassette, dialect: str, data: st.DataObject) -> None:
    expected = read([recorded.body], dialect)

    assert not expected.truncated
    assert read(data.draw(pieces(recorded.body)), dialect) == expected
    assert read([recorded.body.replace(b"\n", b"\r\n")], dialect) == expected


# B21: the whole collection
def test_the_whole_collection_reads_the_same_in_any_pieces() -> None:
    for recorded in STREAMS:
        expected = read([recorded.body])
        assert (expected.truncated, expected.malformed, expected.error) == (False, 0, None), name(recorded)
        assert read([recorded.body[i : i + 997] for i in range(0, len(recorded.body), 997)]) == expected, name(recorded)


@pytest.mark.parametrize("recorded", KEPT_STREAMS, ids=name)
def test_byte_by_byte_too(recorded: Cassette) -> None:
    assert read(one_by_one(recorded.body), CHAT) == read([recorded.body], CHAT)


def test_what_goes_on_is_what_came() -> None:
    for recorded in STREAMS:
        sent_on = read([recorded.body]).events
        came = told(recorded.body)
        assert told(b"".join(raw for raw, *_ in sent_on)) == came, name(recorded)
        assert [raw.split(b"\n")[0] for raw, *_ in sent_on] == [b"event: " + one["type"].encode() for one in came]
        assert [last for *_, last in sent_on] == [False] * (len(sent_on) - 1) + [True], name(recorded)


# B8
def test_usage_equals_what_was_recorded() -> None:
    for recorded in STREAMS:
        assert recorded.usage is not None
        usage, expected = read([recorded.body]).usage, usage_from_openai(recorded.usage)
        expected.searches = usage.searches
        assert usage == expected, name(recorded)


def final(recorded: Cassette) -> Json:
    response: Json = told(recorded.body)[-1]["response"]
    return response


# B19
def test_chunks_say_what_the_whole_response_says() -> None:
    for recorded in STREAMS:
        reading, output = read([recorded.body], CHAT), final(recorded)["output"]
        words = [part["text"] for item in output if item["type"] == "message" for part in item["content"]]
        assert reading.text() == "".join(words), name(recorded)
        calls: dict[int, Json] = {}
        for call in (call for delta in reading.deltas for call in delta.get("tool_calls", ())):
            known = calls.setdefault(call["index"], {"id": call.get("id"), "name": "", "arguments": ""})
            assert call.get("id") in (None, known["id"])
            known["name"] += call["function"].get("name", "")
            known["arguments"] += call["function"]["arguments"]
        made = [
            (item["call_id"], item["name"]) for item in output if item["type"] in ("function_call", "custom_tool_call")
        ]
        assert [(call["id"], call["name"]) for call in calls.values()] == made, name(recorded)
        assert all(orjson.loads(call["arguments"]) is not None for call in calls.values())
        finishes = [
            choice["finish_reason"] for _, chunks, *_ in reading.events for c in chunks for choice in c["choices"]
        ]
        assert finishes[-1] == ("tool_calls" if made else "stop")
        assert set(finishes[:-1]) <= {None}


def test_thoughts_come_with_what_brings_them_back() -> None:
    [recorded] = [one for one in KEPT if one.id == "b0f29b51e8e0"]
    reading = read([recorded.body], CHAT)

    done = [one["item"] for one in told(recorded.body) if one["type"] == "response.output_item.done"]
    [thoughts] = [item for item in done if item["type"] == "reasoning"]
    assert reading.text("reasoning_content") == "\n\n".join(part["text"] for part in thoughts["summary"])
    [block] = [block for delta in reading.deltas for block in delta.get("thinking_blocks", ())]
    assert block["signature"].endswith(thoughts["encrypted_content"])
    assert block["index"] == 0


# B6
@pytest.mark.parametrize("recorded", KEPT_STREAMS, ids=name)
@settings(max_examples=15)
@given(data=st.data())
def test_a_stream_cut_short_is_truncated(recorded: Cassette, data: st.DataObject) -> None:
    end = b"event: response.completed" if b"event: " in recorded.body else b'data: {"type":"response.completed"'
    cut = data.draw(st.integers(0, recorded.body.rindex(end)))
    reading = read([recorded.body[:cut]])
    assert reading.truncated
    assert not any(last for *_, last in reading.events)


@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        (
            event("response.failed", response={"error": {"code": "rate_limit_exceeded", "message": "Slow down"}}),
            ErrorKind.RATE_LIMIT,
            "Slow down",
        ),
        (event("error", code="server_error", message="Sorry", param=None), ErrorKind.SERVER, "Sorry"),
        (event("error", error={"type": "overloaded_error", "message": "Busy"}), ErrorKind.OVERLOADED, "Busy"),
        (encode(b'{"error": {"message": "Not here", "code": 404}}'), ErrorKind.NOT_FOUND, "Not here"),
    ],
)
def test_an_error_in_the_stream_ends_it(failure: bytes, kind: ErrorKind, message: str) -> None:
    made = adapter()
    events = made.feed(text("Hel") + failure + text("lo") + END)
    assert len(events) == 1
    assert made.failed is not None
    assert (made.failed.kind, made.failed.message) == (kind, message)
    assert made.feed(text("more")) == [] == made.finish()


# B7
@given(st.binary(max_size=30).filter(lambda junk: not set(junk) & set(b"\n\r{")))
def test_a_malformed_event_is_passed_over(junk: bytes) -> None:
    if junk.strip() == b"[DONE]":
        return
    reading = read([text("Hel") + b"data:" + junk + b"\n\n" + text("lo") + END], CHAT)
    assert reading.text() == "Hello"
    assert reading.malformed == 1


# B7: whatever an event of a known kind holds, it breaks nothing
@settings(max_examples=300)
@given(
    st.sampled_from([
        "response.created", "response.output_text.delta", "response.output_item.added", "response.output_item.done",
        "response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
        "response.reasoning_summary_text.delta", "response.reasoning_summary_part.added",
        "response.output_text.annotation.added", "response.completed", "response.incomplete", "response.unheard_of",
    ]),
    st.fixed_dictionaries(
        {},
        optional={
            "response": ANYTHING | st.fixed_dictionaries({}, optional={
                "usage": ANYTHING, "output": ANYTHING, "incomplete_details": ANYTHING, "tool_usage": ANYTHING}),
            "item": ANYTHING | st.fixed_dictionaries({}, optional={
                "type": st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "x"]),
                "content": ANYTHING, "summary": ANYTHING, "name": ANYTHING, "arguments": ANYTHING, "input": ANYTHING,
                "encrypted_content": ANYTHING, "id": ANYTHING}),
            "delta": ANYTHING, "output_index": ANYTHING, "annotation": ANYTHING, "logprobs": ANYTHING,
        },
    ),
)  # fmt: skip
def test_odd_events_break_nothing(kind: str, fields: dict[str, Any]) -> None:
    reading = read([event(kind, **fields) + text("ok") + END], CHAT)
    assert not reading.truncated
    assert reading.text().endswith("ok") or kind in ("response.completed", "response.incomplete")


def test_what_came_without_deltas_is_told_when_it_is_done() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": '{"at": 1}'}
    message = {"type": "message", "content": [{"type": "output_text", "text": "Hello"}]}
    stream = event("response.output_item.done", output_index=0, item=message)
    stream += event("response.output_item.done", output_index=1, item=call)
    reading = read([stream + END], CHAT)
    assert reading.text() == "Hello"
    calls = [call for delta in reading.deltas for call in delta.get("tool_calls", ())]
    assert "".join(call["function"]["arguments"] for call in calls) == '{"at": 1}'


def test_frames_are_no_content() -> None:
    made = adapter()
    begun = event("response.created", response={}) + event("response.in_progress", response={})
    frames = made.feed(begun + event("response.output_item.added", item={"type": "message"}) + event("keepalive"))
    assert [one.content for one in frames] == [False] * 4
    assert [one.content for one in made.feed(text("x"))] == [True]


def test_an_answer_without_usage_is_estimated() -> None:
    made = adapter({"input": "Hello", "instructions": "Be brief."})
    made.feed(text("Hello ") + text("there") + event("response.completed", response={"id": "r", "output": []}))
    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.source, made.usage.input_tokens, made.usage.output_tokens) == ("estimate", 4, 2)
