"""Tools, tool choice, the form of the answer and thinking, in Anthropic's words."""

from typing import Any

import orjson
import pytest

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.anthropic.exchanges import HELLO, block_stream, built, call, target
from tests.routing.providers.anthropic.test_request import FUNCTION, SENT_TOOL, TOOL, refused, use

SCHEMA = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA, "strict": True}}


@pytest.mark.parametrize(
    ("chat", "choice"),
    [
        ({}, None),
        ({"tool_choice": "auto"}, {"type": "auto"}),
        ({"tool_choice": "required"}, {"type": "any"}),
        ({"tool_choice": "none"}, {"type": "none"}),
        ({"tool_choice": {"type": "function", "function": {"name": "add"}}}, {"type": "tool", "name": "add"}),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        ({"parallel_tool_calls": True}, None),
        (
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required"}}}, {"type": "any"}),
    ],
)
def test_tool_choice(chat: Json, choice: Json | None) -> None:
    body = built({"tools": [TOOL], **chat})
    assert body["tools"] == [SENT_TOOL]
    assert body.get("tool_choice") == choice


def test_a_tool_keeps_its_cache_marker() -> None:  # B23
    marker = {"type": "ephemeral", "ttl": "1h"}
    assert built({"tools": [{**TOOL, "cache_control": marker}]})["tools"][0]["cache_control"] == marker


@pytest.mark.parametrize(
    ("chat", "param"),
    [
        ({"tools": [TOOL], "tool_choice": "sometimes"}, "tool_choice"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"tools": [TOOL, {"type": "custom", "custom": {"name": "x"}}]}, "tools[1]"),
        ({"tools": [{"type": "native", "dialect": "x", "tool": {"type": "code_interpreter"}}]}, "tools[0]"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"stop": 5}, "stop"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_by_name(chat: Json, param: str) -> None:
    assert refused(chat).param == param


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "native", "dialect": "openai_responses", "tool": {"type": "web_search_preview"}},
        {"type": "native", "dialect": "gemini", "tool": {"google_search": {}}},
    ],
)
def test_a_search_of_the_web_is_anthropic_s(tool: Json) -> None:
    assert built({"tools": [tool]})["tools"] == [{"type": "web_search_20250305", "name": "web_search"}]
    place = {"type": "approximate", "approximate": {"country": "CH"}}
    [search] = built({"web_search_options": {"user_location": place}})["tools"]
    assert search["user_location"] == {"type": "approximate", "country": "CH"}


def test_anthropic_s_own_tools_travel_on() -> None:
    own = {"type": "web_fetch_20250910", "name": "web_fetch", "max_uses": 2}
    native = {"type": "native", "dialect": "anthropic_messages", "tool": own}
    assert built({"tools": [own, native]})["tools"] == [own, own]


# B41
def test_tools_of_the_history_are_declared() -> None:
    messages = [
        *HELLO,
        {"role": "assistant", "tool_calls": [use("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]
    body = built({"messages": messages})
    assert body["tools"] == [{"name": "add", "input_schema": {"type": "object", "properties": {}}}]
    assert body["tool_choice"] == {"type": "none"}


# B41
@pytest.mark.parametrize(
    ("parameters", "schema"),
    [
        (None, {"type": "object", "properties": {}}),
        ({}, {"type": "object", "properties": {}}),
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        (
            {"anyOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}], "$defs": {"x": {}}},
            {"type": "object", "properties": {"b": {}, "a": {}}, "$defs": {"x": {}}},
        ),
    ],
)
def test_parameters_are_an_object_at_the_top(parameters: Any, schema: Json) -> None:
    function = {"name": "f", "parameters": parameters}
    assert built({"tools": [{"type": "function", "function": function}]})["tools"][0]["input_schema"] == schema


def test_names_that_anthropic_refuses_come_back_as_they_were() -> None:
    made = AnthropicAdapter()
    tool = {"type": "function", "function": {"name": "files.read:all"}}
    choice = {"type": "function", "function": {"name": "files.read:all"}}
    outgoing = made.build(call({"messages": HELLO, "tools": [tool], "tool_choice": choice}), target())
    body = orjson.loads(outgoing.body)
    assert body["tools"][0]["name"] == body["tool_choice"]["name"] == "files_read_all"
    used = {"type": "tool_use", "id": "toolu_1", "name": "files_read_all", "input": {}}
    answer = made.parse(orjson.dumps({"content": [used], "stop_reason": "tool_use"}))
    assert answer.chat is not None
    assert answer.chat["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "files.read:all"


def test_strict_tools_are_closed_where_the_model_has_them() -> None:
    strict = {"type": "function", "function": {"name": "f", "strict": True, "parameters": SCHEMA}}
    [tool] = built({"tools": [strict]}, "claude-sonnet-4-5")["tools"]
    assert tool["strict"] is True
    assert tool["input_schema"]["additionalProperties"] is False
    assert tool["input_schema"]["properties"]["age"] == {"type": "integer", "description": '{"minimum":0}'}
    warnings: list[str] = []
    [tool] = built({"tools": [strict]}, "claude-3-7-sonnet", warnings)["tools"]
    assert tool == {"name": "f", "input_schema": SCHEMA}
    assert warnings


def test_a_schema_for_the_answer_is_native_where_the_model_has_it() -> None:
    body = built({"response_format": FORMAT, "reasoning_effort": "high"}, "claude-opus-4-8")
    assert body["output_config"]["effort"] == "high"
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert body["output_config"]["format"]["schema"]["additionalProperties"] is False
    assert "tools" not in body


def json_tool_adapter(stream: bool) -> AnthropicAdapter:
    made = AnthropicAdapter()
    outgoing = made.build(
        call({"messages": HELLO, "response_format": FORMAT}, stream), target("claude-3-5-haiku-latest")
    )
    body = orjson.loads(outgoing.body)
    assert body["tools"][0]["input_schema"] == SCHEMA
    assert body["tool_choice"]["name"] == body["tools"][0]["name"] == "json_answer"
    return made


def test_else_the_answer_is_a_tool_s_input() -> None:
    used = {"type": "tool_use", "id": "toolu_1", "name": "json_answer", "input": {"age": 7}}
    answer = json_tool_adapter(False).parse(orjson.dumps({"content": [used], "stop_reason": "tool_use"}))
    assert answer.chat is not None
    choice = answer.chat["choices"][0]
    assert choice["message"]["content"] == '{"age":7}'
    assert "tool_calls" not in choice["message"]
    assert choice["finish_reason"] == "stop"


def test_else_the_streamed_answer_is_a_tool_s_input() -> None:
    start = {"type": "tool_use", "id": "toolu_1", "name": "json_answer", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": one} for one in ('{"age"', ":7}")]
    events = json_tool_adapter(True).feed(block_stream(start, *deltas, stop="tool_use"))
    choices = [choice for one in events for chunk in one.chunks for choice in chunk["choices"]]
    assert "".join(choice["delta"].get("content", "") for choice in choices) == '{"age":7}'
    assert not any("tool_calls" in choice["delta"] for choice in choices)
    assert choices[-1]["finish_reason"] == "stop"


def test_beside_tools_a_schema_is_told_in_words() -> None:
    body = built({"response_format": FORMAT, "tools": [TOOL]}, "claude-3-5-haiku-latest")
    assert body["tools"] == [SENT_TOOL]
    assert '"minimum":0' in body["system"][0]["text"]


def test_json_without_a_schema_is_told_in_words() -> None:
    messages = [{"role": "system", "content": "Be brief."}, *HELLO]
    body = built({"response_format": {"type": "json_object"}, "messages": messages})
    assert [block["text"][:9] for block in body["system"]] == ["Be brief.", "Answer wi"]
    assert "system" not in built({"response_format": {"type": "text"}})


@pytest.mark.parametrize(
    ("chat", "model", "thinking", "effort"),
    [
        ({}, "claude-sonnet-4-5", None, None),
        ({"reasoning_effort": "none"}, "claude-sonnet-4-5", None, None),
        ({"reasoning_effort": "low"}, "claude-sonnet-4-5", {"type": "enabled", "budget_tokens": 2048}, None),
        ({"reasoning_effort": "minimal"}, "claude-sonnet-4-5", {"type": "enabled", "budget_tokens": 1024}, None),
        ({"thinking": {"type": "enabled", "budget_tokens": 5000}}, "claude-3-7-sonnet",
         {"type": "enabled", "budget_tokens": 5000}, None),
        ({"reasoning_effort": "high", "max_tokens": 4000}, "claude-sonnet-4-5",
         {"type": "enabled", "budget_tokens": 3200}, None),
        ({"reasoning_effort": "high", "max_tokens": 1024}, "claude-sonnet-4-5", None, None),
        ({"reasoning_effort": "high"}, "claude-3-5-sonnet-latest", None, None),
        ({"reasoning_effort": "high"}, "claude-opus-4-6", {"type": "adaptive"}, "high"),
        ({"reasoning_effort": "xhigh"}, "claude-opus-4-6", {"type": "adaptive"}, "max"),
        ({"reasoning_effort": "xhigh"}, "claude-opus-4-8", {"type": "adaptive", "display": "summarized"}, "xhigh"),
        ({"thinking": {"type": "enabled", "budget_tokens": 5000}}, "claude-opus-4-6",
         {"type": "enabled", "budget_tokens": 5000}, None),
        ({"thinking": {"type": "enabled", "budget_tokens": 9000}}, "claude-opus-4-8",
         {"type": "adaptive", "display": "summarized"}, "medium"),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, "claude-opus-5",
         {"type": "adaptive", "display": "omitted"}, None),
        ({"thinking": {"type": "adaptive"}}, "claude-sonnet-4-5", {"type": "enabled", "budget_tokens": 8192}, None),
        ({"thinking": {"type": "disabled"}}, "claude-opus-5", {"type": "disabled"}, None),
        ({"reasoning_effort": "none"}, "claude-fable-5", None, "low"),
    ],
)  # fmt: skip
def test_thinking(chat: Json, model: str, thinking: Json | None, effort: str | None) -> None:
    body = built(chat, model)
    assert body.get("thinking") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    if thinking and "budget_tokens" in thinking:
        assert body["max_tokens"] > thinking["budget_tokens"]


def test_a_forced_tool_is_not_thought_about() -> None:
    warnings: list[str] = []
    body = built({"tools": [TOOL], "tool_choice": "required", "reasoning_effort": "low"}, warnings=warnings)
    assert "thinking" not in body
    assert warnings


# B39, B41: Anthropic refuses to go on thinking without the thoughts before the tool calls
def test_lost_thoughts_turn_thinking_off_for_the_turn() -> None:
    warnings: list[str] = []
    called: Json = {"role": "assistant", "tool_calls": [use("call_1")]}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "2"}
    chat: Json = {"tools": [{"type": "function", "function": FUNCTION}], "reasoning_effort": "low"}
    assert "thinking" not in built({**chat, "messages": [*HELLO, called, result]}, warnings=warnings)
    assert len(warnings) == 1
    assert "thinking" in built({**chat, "messages": [*HELLO, called, result, *HELLO]})
    kept = {**called, "thinking_blocks": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}]}
    assert "thinking" in built({**chat, "messages": [*HELLO, kept, result]})


def test_counting_sends_what_is_counted() -> None:
    asked = call({"messages": HELLO, "max_tokens": 5, "temperature": 1, "tools": [TOOL]}, operation="count_tokens")
    outgoing = AnthropicAdapter().build(asked, target())
    assert outgoing.path == "/messages/count_tokens"
    assert orjson.loads(outgoing.body).keys() == {"model", "messages", "tools"}


def test_a_tool_that_only_another_knows_may_be_tried_there() -> None:
    with pytest.raises(UpstreamError) as caught:
        built({"tools": [{"type": "custom", "custom": {"name": "x"}}]})
    assert caught.value.kind is ErrorKind.UNSUPPORTED


def test_another_provider_s_server_tool_is_left_out_among_others() -> None:
    warnings: list[str] = []
    shell = {"type": "native", "dialect": "x", "tool": {"type": "local_shell"}}
    assert built({"tools": [TOOL, shell]}, warnings=warnings)["tools"] == [SENT_TOOL]
    assert warnings == ["tools[1] was left out: a tool that only x knows"]
