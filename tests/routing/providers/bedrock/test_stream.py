"""Converse's streams: any cut of their bytes gives the same chunks and the same usage."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire.aws_eventstream import EventStreamDecoder
from routing.wire.contract import ErrorKind
from tests.routing.providers.bedrock.exchanges import NOVA, adapter, everything, read
from tests.routing.providers.bedrock.test_response import ANYTHING, REASONS, check_usage
from tests.routing.wire.cuts import one_by_one, pieces
from tests.routing.wire.eventstream import encode, event, exception
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

ALL = [one for one in everything("converse-stream") if one.status == 200]
KEPT = [one for one in ALL if one.id in {kept.id for kept in cassettes.kept()}]
START = event("messageStart", {"role": "assistant"})
STOP = event("messageStop", {"stopReason": "end_turn"})
USAGE = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}
END = STOP + event("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}})


def delta(index: int = 0, **fields: Any) -> bytes:
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": fields})


def start(index: int, **fields: Any) -> bytes:
    return event("contentBlockStart", {"contentBlockIndex": index, "start": fields})


def stop(index: int = 0) -> bytes:
    return event("contentBlockStop", {"contentBlockIndex": index})


def events_of(recorded: Cassette) -> Iterator[tuple[str, dict[str, Any]]]:
    for message in EventStreamDecoder().feed(recorded.body):
        yield message.header(":event-type"), orjson.loads(message.payload)


# B21
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
@settings(max_examples=25)
@given(data=st.data())
def test_any_cut_gives_the_same_chunks_and_usage(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body])

    assert not expected.truncated
    assert read(data.draw(pieces(recorded.body))) == expected
    assert read(one_by_one(recorded.body)) == expected


# B21: the whole collection, in a few cuts each
def test_the_whole_collection_reads_the_same_in_any_pieces() -> None:
    for recorded in ALL:
        expected = read([recorded.body])
        assert (expected.truncated, expected.malformed, expected.error) == (False, 0, None), recorded.id
        for size in (7, 1000, 1460):
            cut = [recorded.body[i : i + size] for i in range(0, len(recorded.body), size)]
            assert read(cut) == expected, recorded.id


@pytest.mark.parametrize("recorded", ALL, ids=lambda one: one.id)
def test_a_recorded_stream_keeps_its_meaning(recorded: Cassette) -> None:
    reading, events = read([recorded.body]), list(events_of(recorded))
    deltas = [data["delta"] for kind, data in events if kind == "contentBlockDelta"]
    starts = [data["start"].get("toolUse", {}) for kind, data in events if kind == "contentBlockStart"]

    assert reading.joined("content") == "".join(one.get("text", "") for one in deltas)
    thoughts = [one.get("reasoningContent", {}) for one in deltas]
    assert reading.joined("reasoning_content") == "".join(one.get("text", "") for one in thoughts)
    signatures = [block["signature"] for one in reading.deltas for block in one.get("thinking_blocks", ())]
    assert signatures == [one["signature"] for one in thoughts if "signature" in one]
    called = [(use["toolUseId"], use["name"]) for use in starts if use and use.get("type") != "server_tool_use"]
    assert [(call["id"], call["name"]) for call in reading.calls] == called
    for call in reading.calls:
        orjson.loads(call["arguments"])
    (reason,) = [data["stopReason"] for kind, data in events if kind == "messageStop"]
    assert reading.finish_reasons == [{"guardrail_intervened": "content_filter", **REASONS}[reason]]
    assert reading.marks[-1][1]
    (metadata,) = [data for kind, data in events if kind == "metadata"]
    check_usage(reading.usage, metadata["usage"])


# B6
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
@settings(max_examples=25)
@given(data=st.data())
def test_a_stream_cut_short_is_truncated(recorded: Cassette, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(recorded.body) - 1))

    reading = read([recorded.body[:end]])

    assert reading.truncated
    assert not any(last for _, last in reading.marks)


@pytest.mark.parametrize("body", [START + delta(text="Hi"), START + delta(text="Hi") + STOP])
def test_both_markers_must_come(body: bytes) -> None:
    assert read([body]).truncated


def test_nothing_after_the_end_is_read() -> None:
    assert read([START + delta(text="a") + END + delta(text="b")]).joined("content") == "a"


# B19
def test_parallel_calls_stay_apart() -> None:
    body = START + b"".join([
        start(0, toolUse={"toolUseId": "a", "name": "one"}),
        start(1, toolUse={"toolUseId": "b", "name": "two"}),
        delta(1, toolUse={"input": '{"x"'}),
        delta(0, toolUse={"input": "{}"}),
        delta(1, toolUse={"input": ":1}"}),
        stop(0),
        stop(1),
        start(2, toolUse={"toolUseId": "c", "name": "three"}),
        delta(2, toolUse={"input": ""}),
        stop(2),
        event("messageStop", {"stopReason": "tool_use"}),
    ])  # fmt: skip
    reading = read([body + END[len(STOP) :]])

    assert reading.calls == [
        {"id": "a", "name": "one", "arguments": "{}"},
        {"id": "b", "name": "two", "arguments": '{"x":1}'},
        {"id": "c", "name": "three", "arguments": "{}"},  # a call without arguments is an empty object
    ]
    assert reading.finish_reasons == ["tool_calls"]


# B39
def test_thoughts_keep_their_signatures() -> None:
    body = START + b"".join([
        delta(0, reasoningContent={"text": "H"}),
        delta(0, reasoningContent={"text": "m."}),
        delta(0, reasoningContent={"signature": "si"}),
        delta(0, reasoningContent={"signature": "gn"}),
        stop(0),
        delta(1, reasoningContent={"redactedContent": "c2VjcmV0"}),
        stop(1),
        delta(2, text="Yes."),
        stop(2),
    ])  # fmt: skip
    reading = read([body + END])

    assert reading.joined("reasoning_content") == "Hm."
    assert reading.joined("content") == "Yes."
    assert [block for one in reading.deltas for block in one.get("thinking_blocks", ())] == [
        {"index": 0, "type": "thinking", "thinking": "Hm.", "signature": "sign"},
        {"index": 1, "type": "redacted_thinking", "data": "c2VjcmV0"},
    ]


def test_a_tool_that_stands_for_a_schema_is_the_answer() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "A", "schema": {"type": "object"}}}
    made = adapter({"messages": [{"role": "user", "content": "Hi"}], "response_format": wanted}, True, NOVA)
    body = START + b"".join([
        start(0, toolUse={"toolUseId": "a", "name": "json_answer"}),
        delta(0, toolUse={"input": '{"a"'}),
        delta(0, toolUse={"input": ":1}"}),
        stop(0),
        event("messageStop", {"stopReason": "tool_use"}),
    ])  # fmt: skip
    reading = read([body + END[len(STOP) :]], made)

    assert (reading.joined("content"), reading.calls, reading.finish_reasons) == ('{"a":1}', [], ["stop"])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (exception("throttlingException", {"message": "Slow down"}), ErrorKind.RATE_LIMIT),
        (exception("serviceUnavailableException", {"message": "Slow down"}), ErrorKind.OVERLOADED),
        (exception("internalServerException", {"message": "Slow down"}), ErrorKind.SERVER),
        (exception("validationException", {"message": "Slow down"}), ErrorKind.BAD_REQUEST),
        (exception("validationException", {"message": "Input is too long"}), ErrorKind.CONTEXT_LENGTH),
        (exception("modelTimeoutException", {"message": "Slow down"}), ErrorKind.TIMEOUT),
        (exception("modelStreamErrorException", {"message": "Broke"}), ErrorKind.SERVER),
        (
            exception("modelStreamErrorException", {"originalStatusCode": 529, "originalMessage": "Overloaded"}),
            ErrorKind.OVERLOADED,
        ),
        (
            encode(b"", {":message-type": "error", ":error-code": "InternalFailure", ":error-message": "Broke"}),
            ErrorKind.SERVER,
        ),
        (exception("anotherException", []), ErrorKind.SERVER),
    ],
)
def test_an_error_inside_the_stream_ends_it(body: bytes, kind: ErrorKind) -> None:
    made = adapter(stream=True)
    events = made.feed(START + body + delta(text="more"))
    assert len(events) == 1
    assert made.failed is not None
    assert made.failed.kind is kind
    assert made.failed.message
    assert made.finish() == []


# B7
def test_a_malformed_event_is_passed_over() -> None:
    junk = encode(b"{no json", {":message-type": "event", ":event-type": "contentBlockDelta"})
    unknown = event("somethingNew", {"a": 1})
    reading = read([START + delta(text="a") + junk + unknown + event("metadata", []) + delta(text="b") + END])
    assert (reading.joined("content"), reading.malformed, reading.error) == ("ab", 2, None)


def test_a_damaged_stream_is_an_error() -> None:
    damaged = bytearray(delta(text="b"))
    damaged[-6] ^= 1
    reading = read([START + delta(text="a") + bytes(damaged) + END])
    assert reading.joined("content") == "a"
    assert reading.error is not None and "damaged" in reading.error
    assert read([b"<html>Bad gateway</html>"]).error is not None


KINDS = st.sampled_from([
    "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"
])  # fmt: skip
ODD = ANYTHING | st.fixed_dictionaries(
    {},
    optional={
        "contentBlockIndex": ANYTHING | st.integers(0, 2),
        "start": ANYTHING | st.fixed_dictionaries({}, optional={"toolUse": ANYTHING, "toolResult": ANYTHING}),
        "delta": ANYTHING
        | st.fixed_dictionaries(
            {},
            optional={
                "text": ANYTHING,
                "toolUse": ANYTHING | st.fixed_dictionaries({"input": ANYTHING}),
                "reasoningContent": ANYTHING | st.fixed_dictionaries({"text": ANYTHING, "signature": ANYTHING}),
                "citation": ANYTHING,
                "toolResult": ANYTHING,
                "image": ANYTHING,
            },
        ),
        "stopReason": ANYTHING,
        "usage": ANYTHING | st.fixed_dictionaries({"inputTokens": ANYTHING}),
    },
)


@settings(max_examples=300)
@given(st.lists(st.tuples(KINDS, ODD), max_size=6), st.data())
def test_odd_events_break_nothing(odd: list[tuple[str, Any]], data: st.DataObject) -> None:
    body = b"".join(event(kind, payload) for kind, payload in odd)
    expected = read([body])
    assert read(data.draw(pieces(body))) == expected
    orjson.dumps(expected.chunks)
