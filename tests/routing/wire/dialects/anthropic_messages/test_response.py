"""Whole answers as Anthropic's SDK reads them."""

from typing import Any

import orjson
import pytest
from anthropic.types import Message
from anthropic.types.beta import BetaMessage
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage, usage_from_anthropic
from routing.providers.registry import adapter_for
from routing.wire.contract import Call, Json, Target
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from tests.routing.providers.anthropic.exchanges import HELLO, adapter, call
from tests.routing.providers.anthropic.test_response import ALL
from tests.routing.providers.openai_compatible.test_response import ALL as OPENAI
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire.dialects.anthropic_messages.sdk import whole

CALL = Call("chat", "anthropic_messages", {}, "route", to_chat=ANTHROPIC_MESSAGES.to_chat)


def answered(message: Json, finish: str = "stop", usage: Usage | None = None, **choice: Any) -> Json:
    chat = {"id": "chatcmpl-1", "model": "gpt", "choices": [{"message": message, "finish_reason": finish, **choice}]}
    return ANTHROPIC_MESSAGES.answer(chat, usage or Usage(), CALL)


def content(message: Json) -> list[Json]:
    return list(answered(message)["content"])


# B39, B40: through the internal form and back
def test_anthropic_s_own_answers_come_back_as_they_were() -> None:
    for recorded in ALL:
        made = adapter()
        chat = made.parse(recorded.body).chat
        assert chat is not None
        told = ANTHROPIC_MESSAGES.answer(chat, made.usage, CALL)
        assert joined(told["content"]) == joined(recorded.json["content"]), recorded.id
        assert told["stop_reason"] == recorded.json["stop_reason"], recorded.id
        if "iterations" not in recorded.json["usage"]:
            assert usage_from_anthropic(told["usage"]) == made.usage, recorded.id
        BetaMessage.model_validate(told)  # servers' tools and compaction among them


def joined(blocks: list[Json]) -> list[Json]:
    """Plain texts in a row are one; who called a tool is not kept."""
    found: list[Json] = []
    for block in blocks:
        if block["type"] == "tool_use":
            found.append({name: value for name, value in block.items() if name != "caller"})
        elif block["type"] != "text" or block.get("citations"):
            found.append(block)
        elif found and found[-1].keys() == {"type", "text"}:
            found[-1] = {"type": "text", "text": found[-1]["text"] + block["text"]}
        elif block["text"]:
            found.append({"type": "text", "text": block["text"]})
    return found


def test_openai_s_answers_are_valid_for_the_sdk() -> None:
    checked = 0
    for recorded in OPENAI:
        if recorded.endpoint != "chat.completions" or not recorded.body.startswith(b"{"):
            continue
        made = adapter_for(Target("openai_compatible", "http://x", "m"), call({"messages": HELLO}))
        made.build(
            call({"messages": HELLO}, dialect="anthropic_messages"), Target("openai_compatible", "http://x", "m")
        )
        chat = made.parse(recorded.body).chat
        assert chat is not None
        Message.model_validate(ANTHROPIC_MESSAGES.answer(chat, made.usage, CALL))
        checked += 1
    assert checked


def test_the_sdk_reads_a_whole_answer() -> None:
    usage = Usage(
        input_tokens=100, cached_input_tokens=60, cache_write_tokens=30, cache_write_1h_tokens=10, output_tokens=7
    )
    message = whole(answered({"role": "assistant", "content": "Hi"}, usage=usage))
    assert message.id == "msg_chatcmpl-1"
    assert (message.model, message.role, message.stop_reason) == ("gpt", "assistant", "end_turn")
    assert [block.text for block in message.content if block.type == "text"] == ["Hi"]
    assert message.usage.input_tokens == 10
    assert message.usage.cache_read_input_tokens == 60
    assert message.usage.cache_creation_input_tokens == 30
    assert message.usage.cache_creation is not None
    assert message.usage.cache_creation.ephemeral_1h_input_tokens == 10
    assert message.usage.cache_creation.ephemeral_5m_input_tokens == 20
    assert message.usage.output_tokens == 7


def test_tool_calls_are_uses() -> None:
    calls = [
        {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}},
        {"id": "", "type": "function", "function": {"name": "now", "arguments": ""}},
        {"id": "call_3", "type": "function", "function": {"name": "odd", "arguments": "not json"}},
    ]
    answer = answered({"content": None, "tool_calls": calls}, "tool_calls")
    assert [(block["id"], block["name"], block["input"]) for block in answer["content"]] == [
        ("call_1", "add", {"a": 1}),
        ("toolu_now", "now", {}),
        ("call_3", "odd", {"input": "not json"}),
    ]
    assert answer["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("finish", "choice", "message", "stop"),
    [
        ("stop", {}, {"content": "x"}, "end_turn"),
        ("length", {}, {"content": "x"}, "max_tokens"),
        ("content_filter", {}, {"content": "x"}, "refusal"),
        ("tool_calls", {}, {"tool_calls": []}, "tool_use"),
        ("stop", {}, {"tool_calls": [{"function": {"name": "a"}}]}, "tool_use"),
        ("stop", {"stop_sequence": "END"}, {"content": "x"}, "stop_sequence"),
        ("stop", {"native_finish_reason": "pause_turn"}, {"content": "x"}, "pause_turn"),
        ("stop", {"native_finish_reason": "STOP"}, {"content": "x"}, "end_turn"),
        (None, {}, {"content": "x"}, "end_turn"),
        ("new", {}, {"content": "x"}, "end_turn"),
    ],
)
def test_how_it_ended(finish: str, choice: Json, message: Json, stop: str) -> None:
    assert answered(message, finish, **choice)["stop_reason"] == stop


def test_thoughts_stand_before_the_text() -> None:  # B20
    assert content({"reasoning_content": "Hm.", "content": "Hi"}) == [
        {"type": "thinking", "thinking": "Hm.", "signature": ""},
        {"type": "text", "text": "Hi"},
    ]
    apart = {"type": "thinking", "thinking": "", "signature": "google.abc"}
    assert content({"reasoning_content": "Hm.", "content": "Hi", "thinking_blocks": [apart]})[0] == {
        "type": "thinking", "thinking": "Hm.", "signature": "google.abc",
    }  # fmt: skip


def test_openai_s_annotations_are_citations_of_their_words() -> None:
    cite = {"url": "https://example.org", "title": "E", "start_index": 4, "end_index": 9}
    annotated = {"content": "Not cited!", "annotations": [{"type": "url_citation", "url_citation": cite}]}
    first, second, third = content(annotated)
    assert [block["text"] for block in (first, second, third)] == ["Not ", "cited", "!"]
    assert "citations" not in first
    assert second["citations"][0]["url"] == "https://example.org"


def test_a_refusal_is_text() -> None:
    assert content({"content": None, "refusal": "I cannot."}) == [{"type": "text", "text": "I cannot."}]


def test_pictures_are_left_out_and_told() -> None:
    asked = Call("chat", "anthropic_messages", {}, "route")
    chat = {"choices": [{"message": {"content": "Here:", "images": [{}]}, "finish_reason": "stop"}]}
    ANTHROPIC_MESSAGES.answer(chat, Usage(), asked)
    assert asked.warnings == ["the answer's images were left out"]


def test_a_count_is_a_count() -> None:
    asked = Call("count_tokens", "anthropic_messages", {}, "route")
    assert ANTHROPIC_MESSAGES.answer({"input_tokens": 14}, Usage(), asked) == {"input_tokens": 14}


FIELDS = [
    "content", "reasoning_content", "thinking_blocks", "tool_calls", "annotations", "citations", "native_blocks",
    "refusal", "function_call", "images",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.text()), ANYTHING)
def test_odd_answers_are_valid_for_the_sdk(message: dict[str, Any], finish: Any) -> None:
    told = orjson.loads(orjson.dumps(answered(message, finish)))
    if not own_blocks(message):
        Message.model_validate(told)


def own_blocks(message: dict[str, Any]) -> bool:
    return any("dialect" in repr(message.get(name)) for name in ("citations", "native_blocks"))


def test_odd_chats_do_no_harm() -> None:
    for chat in ({}, {"choices": None}, {"choices": [5]}, {"choices": [{"message": "x"}]}, {"id": 5, "choices": [{}]}):
        Message.model_validate(ANTHROPIC_MESSAGES.answer(chat, Usage(), CALL))
