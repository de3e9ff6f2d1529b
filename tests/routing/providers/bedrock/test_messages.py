"""Messages become turns that Converse takes: alternating, none empty, results first."""

from typing import Any

import pytest

from routing.wire.contract import Json
from tests.routing.providers.bedrock.exchanges import NOVA
from tests.routing.providers.bedrock.requests import (
    CALL,
    CALLED,
    LLAMA,
    NEW_CLAUDE,
    PIXEL,
    RESULT,
    TOOL,
    USER,
    built,
    said,
    sent,
)


# B41
def test_turns_alternate_and_the_user_comes_first() -> None:
    body = sent(
        {"role": "system", "content": "One."},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "A"},
        {"role": "user", "content": "B"},
        {"role": "developer", "content": "Two."},
        {"role": "assistant", "content": "C"},
        {"role": "assistant", "content": "D"},
        {"role": "user", "content": "E"},
    )
    assert body["system"] == [{"text": "One."}, {"text": "Two."}]
    assert body["messages"] == [
        {"role": "user", "content": [{"text": "(empty)"}]},
        {"role": "assistant", "content": [{"text": "Hello"}]},
        {"role": "user", "content": [{"text": "A"}, {"text": "B"}]},
        {"role": "assistant", "content": [{"text": "C"}, {"text": "D"}]},
        {"role": "user", "content": [{"text": "E"}]},
    ]


# B41
@pytest.mark.parametrize("content", ["", " \n", None, [], [{"type": "text", "text": ""}]])
def test_empty_content_is_no_error(content: Any) -> None:
    body = sent(
        {"role": "system", "content": content},
        {"role": "user", "content": content},
        {"role": "assistant", "content": content, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": content},
        {"role": "assistant", "content": content},
    )
    assert "system" not in body
    assert [turn["content"] for turn in body["messages"]] == [
        [{"text": "(empty)"}],
        [{"toolUse": {"toolUseId": "c1", "name": "look_up", "input": {}}}],
        [{"toolResult": {"toolUseId": "c1", "content": [{"text": "(empty)"}]}}],
    ]


# B41
@pytest.mark.parametrize("messages", [[], [{"role": "system", "content": "Be brief."}]])
def test_a_system_prompt_alone_is_the_user_s(messages: list[Json]) -> None:
    body = sent(*messages)
    assert body["messages"][0]["role"] == "user"
    assert "system" not in body


def test_a_prefix_is_gone_on_from_where_the_model_can() -> None:
    prefix = {"role": "assistant", "content": "The answer is "}
    assert sent(USER, prefix)["messages"][-1] == {"role": "assistant", "content": [{"text": "The answer is"}]}
    assert sent(USER, prefix, model=NOVA)["messages"][-1]["role"] == "assistant"
    for model in (LLAMA, NEW_CLAUDE):
        body, warnings = built({"messages": [USER, prefix]}, model)
        assert body["messages"][-1]["role"] == "user"
        assert len(warnings) == 1


def test_results_come_before_what_the_user_says() -> None:
    second = {**CALL, "id": "c2"}
    body = sent(
        USER,
        {"role": "assistant", "tool_calls": [CALL, second]},
        {"role": "user", "content": "Well?"},
        {**RESULT, "cache_control": {"type": "ephemeral"}},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "43"}], "is_error": True},
    )
    assert body["messages"][-1]["content"] == [
        {"toolResult": {"toolUseId": "c1", "content": [{"text": "42"}]}},
        {"cachePoint": {"type": "default"}},
        {"toolResult": {"toolUseId": "c2", "content": [{"text": "43"}], "status": "error"}},
        {"text": "Well?"},
    ]


def test_results_hold_images_and_documents() -> None:
    image = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"}}
    body = sent(*CALLED, {**RESULT, "content": [image, file]})
    assert [list(block) for block in body["messages"][-1]["content"][0]["toolResult"]["content"]] == [
        ["image"],
        ["document"],
    ]


def test_ids_and_names_by_bedrock_s_rules() -> None:
    call = {"id": "c/1" + "x" * 70, "type": "function", "function": {"name": "a.b c", "arguments": "[1]"}}
    tool = {"type": "function", "function": {"name": "a.b c"}}
    body = sent(
        USER,
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "x"},
        tools=[tool],
    )
    use, result = body["messages"][1]["content"][0]["toolUse"], body["messages"][2]["content"][0]["toolResult"]
    assert use["toolUseId"] == result["toolUseId"]
    assert (use["name"], use["input"]) == ("a_b_c", {"arguments": [1]})


@pytest.mark.parametrize("arguments", ["{broken", "", None, '"text"', {"a": 1}])
def test_odd_arguments_travel_on_in_an_object(arguments: Any) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    use = sent(USER, {"role": "assistant", "tool_calls": [call]}, RESULT)["messages"][1]["content"][0]["toolUse"]
    assert isinstance(use["input"], dict)
    assert bool(use["input"]) == bool(arguments)


# B39
def test_signed_thoughts_go_back_to_claude_alone() -> None:
    thoughts = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "c2VjcmV0"},
        {"type": "thinking", "thinking": "Unsigned"},
        {"type": "thinking", "thinking": "", "signature": "google.abc"},
    ]
    message = {"role": "assistant", "thinking_blocks": thoughts, "reasoning_content": "Hm.", "tool_calls": [CALL]}
    assert [list(block.values()) for block in sent(USER, message, RESULT)["messages"][1]["content"][:-1]] == [
        [{"reasoningText": {"text": "Hm.", "signature": "c2ln"}}],
        [{"redactedContent": "c2VjcmV0"}],
    ]
    assert len(sent(USER, message, RESULT, model=NOVA)["messages"][1]["content"]) == 1


# B23
def test_cache_markers_become_cache_points() -> None:
    marked = {"cache_control": {"type": "ephemeral"}}
    hour = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    body = sent(
        {"role": "system", "content": [{"type": "text", "text": "S", **hour}]},
        said({"type": "text", "text": "A", **marked}, {"type": "text", "text": "B"}),
        {"role": "assistant", "content": "C", **marked},
        said({"type": "text", "text": "D"}),
        tools=[TOOL | marked],
    )
    point = {"cachePoint": {"type": "default"}}
    assert body["system"] == [{"text": "S"}, {"cachePoint": {"type": "default", "ttl": "1h"}}]
    assert body["messages"][0]["content"] == [{"text": "A"}, point, {"text": "B"}]
    assert body["messages"][1]["content"] == [{"text": "C"}, point]
    assert body["toolConfig"]["tools"][-1] == point
    _, warnings = built({"messages": [said({"type": "text", "text": "A", **marked})]}, LLAMA)
    assert warnings == ["cache_control was left out: this model caches no prompts."]
