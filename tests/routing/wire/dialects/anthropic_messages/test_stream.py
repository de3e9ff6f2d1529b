"""Streams in Anthropic's dialect, as its SDK's own helper puts them together."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.providers.registry import adapter_for
from routing.wire.contract import Call, Json, Target
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.prompt_size import prompt_tokens
from tests.routing.providers.anthropic.exchanges import HELLO, adapter, events_of
from tests.routing.providers.anthropic.test_stream import ALL, blocks_of
from tests.routing.providers.openai_compatible.test_stream import ANYTHING, MARKED
from tests.routing.wire.dialects.anthropic_messages.sdk import streamed
from tests.routing.wire.dialects.anthropic_messages.test_response import joined

BODY: Json = {"messages": HELLO, "max_tokens": 9}
KNOWN = Usage(input_tokens=30, cached_input_tokens=10, output_tokens=5, source="provider")


def asked() -> Call:
    return Call("chat", "anthropic_messages", BODY, "route", True, to_chat=ANTHROPIC_MESSAGES.to_chat)


def emitted(*deltas: Json, finish: str = "stop", usage: Usage = KNOWN, **ending: Any) -> bytes:
    """The stream that these deltas become, one chunk each; usage is known at its end."""
    emitter = ANTHROPIC_MESSAGES.emitter(asked())
    frame = {"id": "chatcmpl-1", "model": "gpt"}
    chunks = [{**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": finish, **ending}]})
    return b"".join(emitter.feed([chunk], Usage()) for chunk in chunks) + emitter.finish(usage)


def call(index: int | None, identity: str = "", name: str = "", arguments: str = "") -> Json:
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    whole: Json = {"index": index, "function": function} | ({"id": identity, "type": "function"} if identity else {})
    return {"tool_calls": [{name: value for name, value in whole.items() if value is not None}]}


def checked(stream: bytes) -> list[Json]:
    """B20: the grammar of a stream. Each block is begun, filled and ended before the next."""
    events = events_of(stream)
    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("message_start") == 1
    open_index, count = None, 0
    for event in events[1:-2]:
        if event["type"] == "content_block_start":
            assert open_index is None and event["index"] == count
            open_index, kind, count = count, event["content_block"]["type"], count + 1
        else:
            assert event["index"] == open_index
            if event["type"] == "content_block_stop":
                open_index = None
            else:
                assert kind in FITTING[event["delta"]["type"]]
    assert open_index is None
    names = [line.removeprefix(b"event: ") for line in stream.split(b"\n") if line.startswith(b"event: ")]
    assert [name.decode() for name in names] == kinds
    return events


FITTING = {
    "text_delta": {"text"}, "citations_delta": {"text"}, "thinking_delta": {"thinking"},
    "signature_delta": {"thinking"}, "input_json_delta": {"tool_use"},
}  # fmt: skip


# B20, B39
def test_anthropic_s_own_streams_come_back_as_they_were() -> None:
    for recorded in ALL:
        made, emitter = adapter(stream=True), ANTHROPIC_MESSAGES.emitter(asked())
        out = [emitter.feed(event.chunks, made.usage) for piece in recorded.events for event in made.feed(piece)]
        stream = b"".join(out) + emitter.finish(made.usage)
        events = checked(stream)
        message, _ = streamed(stream)
        told = [block.model_dump(exclude_unset=True) for block in message.content]
        assert texts(told) == texts(blocks_of(recorded)), recorded.id
        ours = [block for block in joined(told) if block["type"] != "text"]
        assert ours == [block for block in joined(blocks_of(recorded)) if block["type"] != "text"], recorded.id
        theirs = events_of(recorded.body)
        assert events[0]["message"]["id"] == theirs[0]["message"]["id"]
        reasons = [one["delta"]["stop_reason"] for one in (events[-2], theirs[-2])]
        assert reasons[0] == reasons[1], recorded.id
        assert events[0]["message"]["usage"]["input_tokens"] == theirs[0]["message"]["usage"]["input_tokens"]


def texts(blocks: list[Json]) -> str:
    return "".join(block["text"] for block in blocks if block["type"] == "text")


# B20
def test_openai_s_streams_are_accepted_by_the_sdk() -> None:
    target = Target("openai_compatible", "http://x", "m")
    for recorded in MARKED:
        made, emitter = adapter_for(target, asked()), ANTHROPIC_MESSAGES.emitter(asked())
        made.build(asked(), target)
        chunks = [chunk for event in made.feed(recorded.body) for chunk in event.chunks]
        if made.usage.source == "none":
            made.estimate()
        stream = emitter.feed(chunks, made.usage) + emitter.finish(made.usage)
        checked(stream)
        message, _ = streamed(stream)
        choices = [choice for chunk in chunks for choice in chunk["choices"] if not choice.get("index")]
        said = [(choice.get("delta") or {}).get("content") for choice in choices]
        written = "".join(text for text in said if isinstance(text, str))
        assert texts([block.model_dump() for block in message.content]) == written, recorded.id


# B20: input tokens at the start, as far as anyone knows them, and the true ones at the end
def test_tokens_at_the_start_and_at_the_end() -> None:
    events = checked(emitted({"role": "assistant", "content": ""}, {"content": "Hi"}))
    assert events[0]["message"]["usage"]["input_tokens"] == prompt_tokens(asked().chat) > 0
    assert events[-2]["usage"]["input_tokens"] == 20
    assert events[-2]["usage"]["cache_read_input_tokens"] == 10
    message, _ = streamed(emitted({"content": "Hi"}))
    assert (message.usage.input_tokens, message.usage.output_tokens) == (20, 5)


def test_text_is_one_block() -> None:
    message, _ = streamed(emitted({"role": "assistant", "content": ""}, {"content": "Hel"}, {"content": "lo"}))
    [block] = message.content
    assert block.type == "text" and block.text == "Hello"
    assert message.stop_reason == "end_turn"


# B20: thoughts are never inside the text
def test_thoughts_have_their_own_block_and_signature() -> None:
    signed = {"index": 0, "type": "thinking", "thinking": "Hm. Yes.", "signature": "c2ln"}
    hidden = {"index": 1, "type": "redacted_thinking", "data": "eHg="}
    stream = emitted(
        {"reasoning_content": "Hm. "}, {"reasoning_content": "Yes."}, {"thinking_blocks": [signed]},
        {"thinking_blocks": [hidden]}, {"content": "Hi"},
    )  # fmt: skip
    checked(stream)
    message, _ = streamed(stream)
    assert [block.model_dump(exclude_unset=True) for block in message.content] == [
        {"type": "thinking", "thinking": "Hm. Yes.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "eHg="},
        {"type": "text", "text": "Hi"},
    ]


def test_a_signature_without_text_before_it_brings_its_own() -> None:
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    message, _ = streamed(emitted({"thinking_blocks": [signed]}, {"content": "Hi"}))
    assert message.content[0].model_dump(exclude_unset=True) == signed


def test_thoughts_without_a_signature_end_with_the_text() -> None:
    stream = emitted({"reasoning_content": "Hm."}, {"content": "Hi"}, {"reasoning_content": "More."})
    kinds = [event["content_block"]["type"] for event in checked(stream) if event["type"] == "content_block_start"]
    assert kinds == ["thinking", "text", "thinking"]


BOTH = [*call(0, "a", "f", '{"x":1}')["tool_calls"], *call(1, "b", "g")["tool_calls"]]
CALLS = {
    "in a row": [
        call(0, "a", "f", ""), call(0, arguments='{"x"'), call(0, arguments=":1}"), call(1, "b", "g", "{}"),
    ],
    "whole": [call(0, "a", "f", '{"x":1}'), call(1, "b", "g", "{}")],
    "interleaved": [
        call(0, "a", "f", ""), call(1, "b", "g", ""), call(0, arguments='{"x":1}'), call(1, arguments="{}"),
    ],
    "id before name": [
        call(0, "a"), call(0, name="f", arguments='{"x":'), call(0, arguments="1}"), call(1, "b", "g", ""),
    ],
    "without index": [call(None, "a", "f", '{"x":1}'), call(None, "b", "g", "{}")],
    "without index, in pieces": [
        call(None, "a", "f", '{"x"'), call(None, arguments=":1}"), call(None, "b", "g", ""),
    ],
    "in one chunk": [{"tool_calls": BOTH}],
}  # fmt: skip


# B19, B20
@pytest.mark.parametrize("deltas", CALLS.values(), ids=CALLS)
def test_parallel_calls_become_blocks_in_a_row(deltas: list[Json]) -> None:
    stream = emitted({"content": "Both:"}, *deltas, finish="tool_calls")
    checked(stream)
    message, _ = streamed(stream)
    uses = [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
    assert uses == [("a", "f", {"x": 1}), ("b", "g", {})]
    assert message.stop_reason == "tool_use"


def test_what_a_server_did_is_a_block_in_its_place() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    natives = [{"index": 0, "dialect": "anthropic_messages", "block": search, "at": 3},
               {"index": 1, "dialect": "gemini", "block": {"type": "other"}, "at": 3}]  # fmt: skip
    message, _ = streamed(emitted({"content": "Let"}, {"native_blocks": natives}, {"content": " us"}))
    assert [block.type for block in message.content] == ["text", "server_tool_use", "text"]


def test_citations_belong_to_the_text_before_them() -> None:
    annotation = {"type": "url_citation", "url_citation": {"url": "https://example.org", "title": "E"}}
    message, _ = streamed(emitted({"content": "Hi"}, {"annotations": [annotation]}))
    [block] = message.content
    assert block.type == "text"
    assert block.citations is not None
    assert block.citations[0].model_dump()["url"] == "https://example.org"


@pytest.mark.parametrize(
    ("finish", "ending", "stop"),
    [
        ("stop", {}, "end_turn"),
        ("length", {}, "max_tokens"),
        ("content_filter", {}, "refusal"),
        ("stop", {"native_finish_reason": "pause_turn"}, "pause_turn"),
        ("stop", {"stop_sequence": "END"}, "stop_sequence"),
    ],
)
def test_how_it_ended(finish: str, ending: Json, stop: str) -> None:
    message, _ = streamed(emitted({"content": "Hi"}, finish=finish, **ending))
    assert message.stop_reason == stop
    assert message.stop_sequence == ending.get("stop_sequence")


def test_a_stream_of_nothing_is_a_message() -> None:
    emitter = ANTHROPIC_MESSAGES.emitter(asked())
    stream = emitter.finish(KNOWN)
    checked(stream)
    message, _ = streamed(stream)
    assert message.content == []


FUNCTION = st.fixed_dictionaries({}, optional={"name": st.text(max_size=3), "arguments": ANYTHING | st.text()})
ENTRY = st.fixed_dictionaries({}, optional={
    "index": st.integers(0, 3) | ANYTHING, "id": st.text(max_size=3) | ANYTHING, "type": ANYTHING, "function": FUNCTION,
    "thinking": ANYTHING, "signature": ANYTHING,
})  # fmt: skip
FIELDS = [
    "role", "content", "reasoning_content", "thinking_blocks", "tool_calls", "native_blocks", "annotations",
    "citations", "refusal", "function_call",
]  # fmt: skip
DELTA = st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.text() | st.lists(ENTRY, max_size=3), max_size=3)


# B20: whatever comes, the grammar holds
@settings(max_examples=300, deadline=None)
@given(st.lists(DELTA | ANYTHING, max_size=8))
def test_any_chunks_make_a_well_formed_stream(deltas: list[Any]) -> None:
    stream = emitted(*deltas)
    checked(stream)
    assert all(orjson.dumps(event) for event in events_of(stream))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_interleaved_calls_lose_nothing(data: st.DataObject) -> None:
    """Any number of calls, their pieces shuffled but each call's in order."""
    count = data.draw(st.integers(1, 4))
    texts = [orjson.dumps(data.draw(st.dictionaries(st.text(max_size=3), st.integers(0, 99), max_size=2))).decode()
             for _ in range(count)]  # fmt: skip
    rest = {index: [text[i : i + 3] for i in range(0, len(text), 3)] for index, text in enumerate(texts)}
    begun: set[int] = set()
    deltas = []
    while rest:
        index = data.draw(st.sampled_from(sorted(rest)))
        piece = rest[index].pop(0)
        deltas.append(call(index, arguments=piece) if index in begun else call(index, f"id{index}", f"f{index}", piece))
        begun.add(index)
        if not rest[index]:
            del rest[index]
    stream = emitted(*deltas, finish="tool_calls")
    checked(stream)
    message, _ = streamed(stream)
    uses = {block.name: block.input for block in message.content if block.type == "tool_use"}
    assert uses == {f"f{index}": orjson.loads(text) for index, text in enumerate(texts)}
