"""The internal form in Cohere's words."""

from typing import Any

import pytest

from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.cohere.exchanges import COMMAND, REASONER, USER, asked

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}
OTHER = {"type": "function", "function": {"name": "sub"}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def named(name: str) -> Json:
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_tokens": 9}, {"max_tokens": 9}),
        ({"max_completion_tokens": 9, "max_tokens": 5}, {"max_tokens": 9}),
        ({"stop": "x"}, {"stop_sequences": ["x"]}),
        ({"stop": ["x", "y"]}, {"stop_sequences": ["x", "y"]}),
        ({"temperature": 0.0, "seed": 0}, {"temperature": 0.0, "seed": 0}),
        ({"top_p": 0.5, "top_k": 3}, {"p": 0.5, "k": 3}),
        ({"frequency_penalty": 0.5, "presence_penalty": 0}, {"frequency_penalty": 0.5, "presence_penalty": 0}),
        ({"logprobs": True}, {"logprobs": True}),
        ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}},
            {"response_format": {"type": "json_object", "json_schema": SCHEMA}},
        ),
        ({"response_format": {"type": "text"}, "n": 1, "store": False, "logprobs": False}, {}),
        (
            {"documents": ["a"], "citation_options": {"mode": "OFF"}},
            {"documents": ["a"], "citation_options": {"mode": "OFF"}},
        ),
        ({"tools": [TOOL], "tool_choice": "auto"}, {"tools": [TOOL]}),
        ({"tools": [TOOL], "tool_choice": "required"}, {"tools": [TOOL], "tool_choice": "REQUIRED"}),
        ({"tools": [TOOL], "tool_choice": "none"}, {"tools": [TOOL], "tool_choice": "NONE"}),
        ({"tools": [TOOL, OTHER], "tool_choice": named("add")}, {"tools": [TOOL], "tool_choice": "REQUIRED"}),
        ({"functions": [TOOL["function"]]}, {"tools": [TOOL]}),
        ({"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}, {}),
        ({"reasoning_effort": "none"}, {}),
    ],
)
def test_fields_have_cohere_s_names(fields: Json, expected: Json) -> None:
    body, warnings = asked(**fields)
    assert body == {"model": COMMAND, "stream": False, "messages": [USER], **expected}
    assert warnings == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reasoning_effort": "none"}, {"type": "disabled"}),
        ({"reasoning_effort": "low"}, {"type": "enabled", "token_budget": 2048}),
        ({"thinking": {"type": "enabled", "budget_tokens": 500}}, {"type": "enabled", "token_budget": 500}),
        ({"thinking": {"type": "adaptive"}}, {"type": "enabled"}),
        ({"thinking": {"type": "disabled"}}, {"type": "disabled"}),
    ],
)
def test_reasoners_are_told_how_much_to_think(fields: Json, expected: Json) -> None:
    assert asked(REASONER, **fields)[0]["thinking"] == expected


# B40: nothing is left out in silence
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"top_p": 1}, "top_p"),
        ({"presence_penalty": -1}, "presence_penalty"),
        ({"user": "u"}, "user"),
        ({"logit_bias": {"1": 2}}, "logit_bias"),
        ({"reasoning_effort": "high"}, "think"),
        ({"tools": [TOOL], "parallel_tool_calls": False}, "parallel_tool_calls"),
        ({"tools": [{"type": "native", "dialect": "gemini", "tool": {}}]}, "tools"),
        ({"messages": [USER, {"role": "tool", "tool_call_id": "a", "content": "x", "is_error": True}]}, "failed"),
        ({"messages": [{"role": "user", "content": [{"type": "native", "dialect": "gemini", "block": {}}]}]}, "gemini"),
        ({"messages": [{**USER, "content": [{"type": "text", "text": "a", "cache_control": {}}]}]}, "cache_control"),
    ],
)
def test_what_cohere_does_not_know_is_told(fields: Json, word: str) -> None:
    [warning] = asked(**fields)[1]
    assert word in warning


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]}, "messages"),
    ],
)
def test_what_would_be_lost_is_refused(fields: Json, param: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        asked(**fields)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, param)


def call(name: str = "add", arguments: str = '{"a": 1}') -> Json:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"role": "developer", "content": "Be brief."}, USER], [{"role": "system", "content": "Be brief."}, USER]),
        (
            [{"role": "user", "content": [{"type": "text", "text": "See:"}, PICTURE]}],
            [{"role": "user", "content": [{"type": "text", "text": "See:"}, PICTURE]}],
        ),
        (
            [{"role": "user", "content": [{"type": "file", "file": {"file_data": "data:image/png;base64,AAAA"}}]}],
            [{"role": "user", "content": [PICTURE]}],
        ),
        ([USER, {"role": "assistant", "content": None}], [USER]),
        (
            [
                {"role": "assistant", "content": None, "reasoning_content": "I add.", "tool_calls": [call()]},
                {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "2"}, PICTURE]},
            ],
            [
                {"role": "assistant", "tool_calls": [call()], "tool_plan": "I add."},
                {"role": "tool", "tool_call_id": "c1", "content": "2"},
                {"role": "user", "content": [PICTURE]},
            ],
        ),
        (
            [{"role": "assistant", "content": "Hi", "reasoning_content": "Hm."}],
            [{"role": "assistant", "content": "Hi"}],
        ),
        (
            [{"role": "assistant", "tool_calls": [call(arguments="")]}],
            [{"role": "assistant", "tool_calls": [call(arguments="{}")]}],
        ),
    ],
)
def test_messages(messages: list[Json], expected: list[Json]) -> None:
    assert asked(messages=messages)[0]["messages"] == expected


# B39
def test_a_reasoner_gets_its_thoughts_back() -> None:
    message = {"role": "assistant", "content": "Hi", "reasoning_content": "Hm.", "tool_calls": [call()]}
    [said] = asked(REASONER, messages=[message])[0]["messages"]
    assert said["content"] == [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi"}]
    assert "tool_plan" not in said


@pytest.mark.parametrize(
    "odd", [None, 1, "a", [1], [{"role": 1}], [{"content": {"a": 1}}], [{"role": "assistant", "tool_calls": [1]}]]
)
def test_odd_messages_break_nothing(odd: Any) -> None:
    asked(messages=odd)
