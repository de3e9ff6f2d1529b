"""Recorded streams: any cut of their bytes gives the same events, chunks and usage."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from billing.dataplane.usage import usage_from_anthropic
from routing.wire.contract import ErrorKind, TruncatedStream, UpstreamError
from tests.routing.providers.anthropic.exchanges import OWN, Reading, adapter, event, events_of, everything, name, read
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

ALL = [one for one in everything() if one.is_event_stream]
KEPT_IDS = {kept.id for kept in cassettes.kept()}
KEPT = [one for one in ALL if one.id in KEPT_IDS]
DIALECTS = pytest.mark.parametrize("dialect", [OWN, "openai_chat"])
START = event("message_start", message={"id": "msg_1", "model": "claude", "usage": {"input_tokens": 9}})
STOP = event("message_stop")


def ended(reason: str = "end_turn", **usage: int) -> bytes:
    return event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage) + STOP


def block(index: int, start: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    filled = b"".join(event("content_block_delta", index=index, delta=delta) for delta in deltas)
    begun = event("content_block_start", index=index, content_block=start)
    return begun + filled + event("content_block_stop", index=index)


def text(index: int, *texts: str) -> bytes:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": one} for one in texts))


# B21
@DIALECTS
@pytest.mark.parametrize("recorded", KEPT, ids=name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_cut_gives_the_same_events_and_usage(recorded: Cassette, dialect: str, data: st.DataObject) -> None:
    expected = read([recorded.body], dialect)

    assert not expected.truncated
    assert read(data.draw(pieces(recorded.body)), dialect) == expected


# B21
@DIALECTS
@pytest.mark.parametrize("recorded", KEPT, ids=name)
def test_byte_by_byte_and_with_other_line_ends_too(recorded: Cassette, dialect: str) -> None:
    expected = read([recorded.body], dialect)
    unix = recorded.body.replace(b"\r\n", b"\n")

    assert read(one_by_one(recorded.body), dialect) == expected
    for line_break in (b"\r\n", b"\r"):
        assert read([unix.replace(b"\n", line_break)], dialect) == expected


def test_the_whole_collection_reads_the_same_in_any_pieces() -> None:
    for recorded in ALL:
        for dialect in (OWN, "openai_chat"):
            expected = read([recorded.body], dialect)
            assert not expected.truncated, recorded.id
            assert expected.malformed == 0, recorded.id
            for size in (7, 1460):
                cut = [recorded.body[i : i + size] for i in range(0, len(recorded.body), size)]
                assert read(cut, dialect) == expected, recorded.id


# B40: what speaks the same dialect gets the provider's own bytes
def test_what_goes_on_is_what_came() -> None:
    for recorded in ALL:
        lines = [line.strip() for line in recorded.body.splitlines()]
        data = [line.removeprefix(b"data:").strip() for line in lines if line.startswith(b"data:")]
        names = [line.removeprefix(b"event:").strip() for line in lines if line.startswith(b"event:")]
        sent_on = read([recorded.body], OWN).events
        expected = [b"event: %s\ndata: %s\n\n" % one for one in zip(names, data, strict=True)]
        assert [raw for raw, *_ in sent_on] == expected, recorded.id
        assert [last for *_, last in sent_on] == [False] * (len(sent_on) - 1) + [True], recorded.id


# B8
def test_usage_is_what_was_said_last() -> None:
    for recorded in ALL:
        said: dict[str, Any] = {}
        for one in events_of(recorded.body):
            told = one["message"]["usage"] if one["type"] == "message_start" else one.get("usage") or {}
            said |= {field: value for field, value in told.items() if value is not None}
        assert read([recorded.body]).usage == usage_from_anthropic(said), recorded.id


# B19, B39: OpenAI's own helper puts the chunks together to what Anthropic's blocks say
def test_the_official_helper_puts_the_chunks_together() -> None:
    for recorded in ALL:
        message = put_together(read([recorded.body]))
        blocks = blocks_of(recorded)
        said = "".join(one["text"] for one in blocks if one["type"] == "text")
        assert (message.content or "") == said, recorded.id
        used = [(one["id"], one["name"], one["input"]) for one in blocks if one["type"] == "tool_use"]
        calls = [(c.id, c.function.name, orjson.loads(c.function.arguments)) for c in message.tool_calls or []]
        assert calls == used, recorded.id
        signed = [one for one in blocks if one["type"] in ("thinking", "redacted_thinking")]
        kept = [
            {k: v for k, v in one.items() if k != "index"} for one in getattr(message, "thinking_blocks", None) or []
        ]
        placed = [one["block"] for one in getattr(message, "native_blocks", None) or []]
        assert kept + [one for one in placed if one["type"] == "thinking"] == signed, recorded.id
        servers = [one for one in blocks if one not in signed and one["type"] not in ("text", "tool_use")]
        assert [one for one in placed if one["type"] != "thinking"] == servers, recorded.id


def put_together(reading: Reading) -> Any:
    state = ChatCompletionStreamState()
    for chunk in reading.chunks:
        state.handle_chunk(ChatCompletionChunk.model_validate(chunk))
    return state.current_completion_snapshot.choices[0].message


def blocks_of(recorded: Cassette) -> list[dict[str, Any]]:
    """What the official rules of accumulation give, written down again."""
    found: list[dict[str, Any]] = []
    written: list[str] = []
    for one in events_of(recorded.body):
        if one["type"] == "content_block_start":
            found.append(dict(one["content_block"]))
            written = []
        elif one["type"] == "content_block_delta":
            delta, last = one["delta"], found[-1]
            for field in ("text", "thinking", "signature"):
                if field in delta:
                    last[field] = last.get(field, "") + delta[field]
            if delta["type"] == "compaction_delta":
                last["content"] = delta["content"]
            written.append(delta.get("partial_json") or "")
        elif one["type"] == "content_block_stop" and "".join(written):
            found[-1]["input"] = orjson.loads("".join(written))
    return found


# B6
@DIALECTS
@pytest.mark.parametrize("recorded", KEPT, ids=name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_stream_cut_short_is_truncated(recorded: Cassette, dialect: str, data: st.DataObject) -> None:
    end = recorded.body.rindex(b'"message_stop"')
    cut = data.draw(st.integers(0, end))

    reading = read([recorded.body[:cut]], dialect)

    assert reading.truncated
    assert not any(last for *_, last in reading.events)


# B5: what was read is known from the start, what was written is counted
def test_a_stream_cut_short_is_estimated_from_what_came() -> None:
    made = adapter(stream=True)
    made.feed(START + text(0, "Hello, ", "world!"))
    assert made.usage.source == "none"
    with pytest.raises(TruncatedStream):
        made.finish()

    made.estimate()

    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.source) == (9, 4, "estimate")


# B7
@DIALECTS
def test_an_error_event_ends_the_stream(dialect: str) -> None:
    error = event("error", error={"type": "overloaded_error", "message": "Overloaded", "details": None})
    made = adapter(stream=True, dialect=dialect)

    events = made.feed(START + error + text(0, "late"))

    assert len(events) == 1
    assert made.failed is not None
    assert (made.failed.kind, made.failed.message) == (ErrorKind.OVERLOADED, "Overloaded")


# B7: one malformed event does not kill a stream
@DIALECTS
@given(st.binary(max_size=30).filter(lambda junk: b"\n" not in junk and b"\r" not in junk), st.data())
def test_a_malformed_event_is_passed_over(dialect: str, junk: bytes, data: st.DataObject) -> None:
    whole = START + text(0, "Hi") + ended(output_tokens=2)
    stream = START + b"data:" + junk + b"\n\n" + whole[len(START) :]

    reading = read(data.draw(pieces(stream)), dialect)

    assert not reading.truncated
    assert reading.raw == read([whole], dialect).raw
    assert reading.usage.output_tokens == 2


EVENTS = st.sampled_from([
    "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "ping",
    "message_stop", "error", "new_event",
])  # fmt: skip
KNOWN = st.fixed_dictionaries(
    {"type": EVENTS | ANYTHING},
    optional={
        "index": st.integers(0, 2) | ANYTHING,
        "message": ANYTHING,
        "usage": ANYTHING,
        "error": ANYTHING,
        "content_block": ANYTHING
        | st.fixed_dictionaries({"type": st.sampled_from(["text", "thinking", "tool_use", "server_tool_use"])}),
        "delta": ANYTHING
        | st.fixed_dictionaries(
            {"type": st.sampled_from(["text_delta", "thinking_delta", "input_json_delta", "citations_delta"])},
            optional={"text": ANYTHING, "thinking": ANYTHING, "partial_json": ANYTHING, "citation": ANYTHING},
        ),
    },
)


# B7: whatever the events hold, it breaks nothing
@DIALECTS
@settings(max_examples=200, deadline=None)
@given(events=st.lists(KNOWN, max_size=8))
def test_odd_events_break_nothing(dialect: str, events: list[dict[str, Any]]) -> None:
    made = adapter(stream=True, dialect=dialect)
    stream = b"".join(b"data: " + orjson.dumps(one, option=orjson.OPT_NON_STR_KEYS) + b"\n\n" for one in events)
    try:
        for one in made.feed(stream):
            orjson.dumps(list(one.chunks))
        made.finish()
    except (TruncatedStream, UpstreamError):
        pass
    made.estimate()


@given(recorded=st.sampled_from(KEPT), data=st.data())
@settings(max_examples=40, deadline=None)
def test_mutated_streams_break_nothing(recorded: Cassette, data: st.DataObject) -> None:
    body = bytearray(recorded.body)
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    read([bytes(body)])
    read([bytes(body)], OWN)


def test_a_tool_without_arguments_has_an_empty_object() -> None:
    start = {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}}
    stream = START + block(0, start, {"type": "input_json_delta", "partial_json": ""}) + ended("tool_use")
    [call] = put_together(read([stream])).tool_calls
    assert (call.id, call.function.name, call.function.arguments) == ("toolu_1", "now", "{}")


def test_input_that_comes_with_the_start_is_kept() -> None:
    start = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}}
    [call] = put_together(read([START + block(0, start) + ended("tool_use")])).tool_calls
    assert call.function.arguments == '{"a":1}'


def test_parallel_calls_keep_apart() -> None:
    def use(index: int, name: str, *written: str) -> bytes:
        deltas = ({"type": "input_json_delta", "partial_json": one} for one in written)
        return block(index, {"type": "tool_use", "id": f"toolu_{name}", "name": name, "input": {}}, *deltas)

    stream = START + text(0, "Both:") + use(1, "a", '{"x"', ":1}") + use(2, "b", "{}") + ended("tool_use")
    reading = read([stream])
    deltas = [call for delta in reading.deltas for call in delta.get("tool_calls", [])]
    assert [delta["index"] for delta in deltas] == [0, 0, 0, 1, 1]
    assert [delta.get("id") for delta in deltas] == ["toolu_a", None, None, "toolu_b", None]
    reasons = [choice["finish_reason"] for chunk in reading.chunks for choice in chunk["choices"]]
    assert reasons == [None] * (len(reasons) - 1) + ["tool_calls"]


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_how_an_answer_ended_is_told_in_both_words(stop: str, finish: str) -> None:
    last = read([START + text(0, "Hi") + ended(stop)]).chunks[-1]["choices"][0]
    assert (last["finish_reason"], last["native_finish_reason"]) == (finish, stop)


def test_citations_are_annotations_of_the_text_before_them() -> None:
    citation = {
        "type": "web_search_result_location",
        "url": "https://example.org",
        "title": "Example",
        "cited_text": "…",
        "encrypted_index": "x",
    }
    cited = block(1, {"type": "text", "text": "", "citations": []}, {"type": "citations_delta", "citation": citation},
                  {"type": "text_delta", "text": "cited"})  # fmt: skip
    message = put_together(read([START + text(0, "Not ") + cited + ended()]))
    [annotation] = message.annotations
    assert annotation.url_citation.model_dump() == {
        "url": "https://example.org", "title": "Example", "start_index": 4, "end_index": 9,
    }  # fmt: skip
    assert message.citations[0]["citation"] == citation


def test_the_last_event_may_lack_its_blank_line() -> None:
    whole = START + text(0, "Hi") + ended()
    assert not read([whole.rstrip(b"\n")]).truncated
