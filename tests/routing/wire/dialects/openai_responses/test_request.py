"""Requests of the Responses API, as chats."""

from typing import Any

import pytest

from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES
from routing.wire.failure import GatewayError
from routing.wire.responses import seal
from tests.routing.providers.openai_responses.exchanges import ALL, name


def chat(body: Json) -> Json:
    return Call("chat", "openai_responses", body, "m", to_chat=OPENAI_RESPONSES.to_chat).chat


def messages(*items: Json) -> list[Json]:
    said: list[Json] = chat({"model": "m", "input": list(items)})["messages"]
    return said


CALL: Json = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look", "arguments": "{}"}
AS_CALL: Json = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


# B41: whatever clients have sent is understood, or refused by name
def test_recorded_requests_become_chats() -> None:
    refused = []
    for recorded in ALL:
        try:
            said = chat(recorded.request)
        except GatewayError as error:
            refused.append((error.status, bool(error.param)))
            continue
        assert all(
            message["role"] in {"system", "developer", "user", "assistant", "tool"} for message in said["messages"]
        )
        assert said["messages"], name(recorded)
    assert set(refused) <= {(400, True)}
    assert len(refused) <= 0.05 * len(ALL)


def test_a_text_is_what_a_user_says() -> None:
    said = chat({"model": "m", "input": "Hi", "instructions": "Be brief."})
    assert said == {
        "model": "m",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    }


def test_what_the_assistant_did_is_one_message() -> None:
    assert messages(
        {"role": "user", "content": [{"type": "input_text", "text": "Look"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        CALL,
        {**CALL, "call_id": "call_2"},
        {"type": "function_call_output", "call_id": "call_1", "output": "A wall"},
        {"type": "function_call_output", "call_id": "call_2", "output": ""},
    ) == [
        {"role": "user", "content": "Look"},
        {
            "role": "assistant",
            "content": "I look.",
            "reasoning_content": "Hm.",
            "tool_calls": [AS_CALL, {**AS_CALL, "id": "call_2"}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "A wall"},
        {"role": "tool", "tool_call_id": "call_2", "content": ""},
    ]


# B39
def test_signed_thoughts_come_back_as_they_were() -> None:
    block = {"type": "thinking", "thinking": "Hm.", "signature": "sig"}
    packed = seal({"blocks": [block], "calls": {"call_1": {"google": {"thought_signature": "g"}}}})
    [message] = messages({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": packed}, CALL)
    assert message["thinking_blocks"] == [block]
    assert message["tool_calls"] == [{**AS_CALL, "extra_content": {"google": {"thought_signature": "g"}}}]


def test_parts_of_every_kind() -> None:
    data = "data:application/pdf;base64,AA"
    [message] = messages(
        {"role": "user", "content": [
            {"type": "input_image", "image_url": "https://a.example/i.png", "detail": "low"},
            {"type": "input_image", "file_id": "file-1"},
            {"type": "input_file", "file_data": "AA", "filename": "a.pdf"},
            {"type": "input_file", "file_data": data},
            {"type": "input_file", "file_url": "https://a.example/a.pdf"},
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            {"type": "input_text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit"}},
            {"type": "of_tomorrow", "x": 1},
        ]},
    )  # fmt: skip
    assert message["content"] == [
        {"type": "image_url", "image_url": {"url": "https://a.example/i.png", "detail": "low"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"file_data": data, "filename": "a.pdf"}},
        {"type": "file", "file": {"file_data": data}},
        {"type": "file", "file": {"file_url": "https://a.example/a.pdf"}},
        {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
        {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}},
        {"type": "native", "dialect": "openai_responses", "block": {"type": "of_tomorrow", "x": 1}},
    ]


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ({"max_output_tokens": 9}, {"max_completion_tokens": 9}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}, "strict": True}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True},
                }
            },
        ),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"top_logprobs": 3}, {"logprobs": True, "top_logprobs": 3}),
        (
            {"tool_choice": {"type": "function", "name": "look"}},
            {"tool_choice": {"type": "function", "function": {"name": "look"}}},
        ),
        ({"parallel_tool_calls": False, "user": "u"}, {"parallel_tool_calls": False, "user": "u"}),
        ({"store": True, "metadata": {"a": "b"}, "include": [], "truncation": "disabled"}, {}),
    ],
)  # fmt: skip
def test_what_is_said_in_other_words(said: Json, out: Json) -> None:
    if "tool_choice" in out:
        out = {"tool_choice": {"type": "function", "function": {"name": "look"}}}
    assert chat({"model": "m", "input": "Hi", **said}) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        **out,
    }


def test_tools_of_every_kind() -> None:
    look = {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": True}
    said = chat(
        {
            "model": "m",
            "input": [{"type": "additional_tools", "role": "developer", "tools": [{**look, "name": "brought"}]}],
            "tools": [
                look,
                {"type": "namespace", "name": "space", "tools": [{**look, "name": "inner"}]},
                {"type": "custom", "name": "run", "format": {"syntax": "lark", "definition": "start: A"}},
                {"type": "tool_search"},
                {"type": "web_search"},
            ],
        }
    )  # fmt: skip
    functions = {tool["function"]["name"]: tool["function"] for tool in said["tools"] if tool["type"] == "function"}
    assert functions.keys() == {"look", "inner", "run", "brought"}
    assert functions["look"] == {"name": "look", "parameters": {"type": "object"}, "strict": True}
    assert list(functions["run"]["parameters"]["properties"]) == ["input"]
    assert "start: A" in functions["run"]["description"]
    natives = [tool for tool in said["tools"] if tool["type"] == "native"]
    assert natives == [{"type": "native", "dialect": "openai_responses", "tool": {"type": "web_search"}}]


# B40
def test_what_is_lost_is_told() -> None:
    call = Call("chat", "openai_responses", {"model": "m", "input": "Hi", "invented": 1, "truncation": "auto"}, "m")
    call.to_chat = OPENAI_RESPONSES.to_chat
    assert call.chat == {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    assert call.warnings == ["'invented' was left out.", "'truncation' was left out."]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": 7}, "input"),
        ({"input": [7]}, "input[0]"),
        ({"input": [{"role": "wizard", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": 7}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
        ({"input": [{"type": "function_call", "name": "x"}]}, "input[0].arguments"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0].call_id"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0]"),
        ({"input": [{"type": "compaction", "encrypted_content": "x"}]}, "input[0]"),
        ({"input": "x", "tools": {}}, "tools"),
        ({"input": "x", "tools": [{"type": "function"}]}, "tools"),
        ({"input": "x", "tool_choice": 7}, "tool_choice"),
        ({"input": "x", "text": {"format": {"type": "yaml"}}}, "text.format.type"),
        ({"input": "x", "max_output_tokens": "many"}, "max_output_tokens"),
        ({"input": "x", "instructions": 7}, "instructions"),
        ({"input": "x", "reasoning": "hard"}, "reasoning"),
        ({"input": "x", "previous_response_id": "resp_1"}, "previous_response_id"),
        ({"input": "x", "conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"input": "x", "background": True}, "background"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(body: dict[str, Any], param: str) -> None:
    with pytest.raises(GatewayError) as caught:
        chat({"model": "m", **body})
    assert (caught.value.status, caught.value.param) == (400, param)
