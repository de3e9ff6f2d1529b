"""Tools, tool choice and answer formats in Converse's words."""

from typing import Any

import orjson
import pytest

from routing.wire.contract import Json
from tests.routing.providers.bedrock.exchanges import NOVA
from tests.routing.providers.bedrock.requests import (
    CALLED,
    LLAMA,
    OLD_CLAUDE,
    RESULT,
    TOOL,
    USER,
    built,
    refusal,
    sent,
)


@pytest.mark.parametrize(
    ("choice", "theirs"),
    [
        (None, None),
        ("auto", {"auto": {}}),
        ("required", {"any": {}}),
        ({"type": "function", "function": {"name": "look_up"}}, {"tool": {"name": "look_up"}}),
    ],
)
def test_tool_choice(choice: Any, theirs: Json | None) -> None:
    config = sent(USER, tools=[TOOL], tool_choice=choice)["toolConfig"]
    assert config.get("toolChoice") == theirs
    spec = {"name": "look_up", "inputSchema": {"json": {"type": "object", "properties": {}}}}
    assert config["tools"] == [{"toolSpec": spec}]


def test_no_tool_is_to_be_called() -> None:
    assert "toolConfig" not in sent(USER, tools=[TOOL], tool_choice="none")  # nothing was: they can go
    body = sent(*CALLED, RESULT, tools=[TOOL], tool_choice="none")  # else they must stay
    assert body["toolConfig"]["tools"]
    assert body["additionalModelRequestFields"] == {"tool_choice": {"type": "none"}}
    body, warnings = built({"messages": [*CALLED, RESULT], "tools": [TOOL], "tool_choice": "none"}, NOVA)
    assert body["toolConfig"]["tools"]
    assert warnings == ["tool_choice: none was left out: this model cannot be told."]


def test_tools_are_declared_where_the_conversation_holds_calls() -> None:
    body = sent(*CALLED, RESULT)
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["look_up"]
    assert body["additionalModelRequestFields"] == {"tool_choice": {"type": "none"}}


@pytest.mark.parametrize(
    ("choice", "theirs"),
    [
        (None, {"type": "auto"}),
        ("required", {"type": "any"}),
        ({"type": "function", "function": {"name": "look_up"}}, {"type": "tool", "name": "look_up"}),
    ],
)
def test_one_call_at_a_time(choice: Any, theirs: Json) -> None:
    body = sent(USER, tools=[TOOL], tool_choice=choice, parallel_tool_calls=False)
    assert body["additionalModelRequestFields"]["tool_choice"] == {**theirs, "disable_parallel_tool_use": True}
    assert "toolChoice" not in body["toolConfig"]  # said twice it is refused
    body, warnings = built({"messages": [USER], "tools": [TOOL], "parallel_tool_calls": False}, NOVA)
    assert len(warnings) == 1


def test_other_forms_of_tools() -> None:
    named = {"type": "object", "properties": {"x": {"type": "string"}}}
    function = {"name": "f", "description": "", "parameters": {"properties": named["properties"]}, "strict": True}
    tools = [
        {"type": "function", "function": function},
        {"type": "custom", "custom": {"name": "free", "description": "Free text"}},
        {"type": "native", "dialect": "bedrock", "tool": {"systemTool": {"name": "nova_grounding"}}},
    ]
    config = sent(USER, tools=tools)["toolConfig"]["tools"]
    assert config[0] == {"toolSpec": {"name": "f", "inputSchema": {"json": named}, "strict": True}}
    assert config[1]["toolSpec"]["inputSchema"]["json"]["required"] == ["input"]
    assert config[2] == {"systemTool": {"name": "nova_grounding"}}
    server = {"type": "native", "dialect": "anthropic_messages", "tool": {"type": "web_search_20250305"}}
    assert refusal(USER, tools=[server]).param == "tools[0]"
    assert refusal(USER, tools=[{"type": "web_search"}]).param == "tools[0]"


def test_models_that_cannot_be_forced() -> None:
    body, warnings = built({"messages": [USER], "tools": [TOOL], "tool_choice": "required"}, LLAMA)
    assert "toolChoice" not in body["toolConfig"]
    assert warnings == ["tool_choice was left out: this model cannot be made to call a tool."]


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
FORMAT = {"type": "json_schema", "json_schema": {"name": "A", "schema": SCHEMA, "strict": True}}


def test_a_schema_where_the_model_has_them() -> None:
    structure = {"jsonSchema": {"schema": orjson.dumps(SCHEMA).decode(), "name": "A"}}
    expected = {"textFormat": {"type": "json_schema", "structure": structure}}
    assert sent(USER, response_format=FORMAT)["outputConfig"] == expected
    assert sent(USER, response_format=FORMAT, model="qwen.qwen3-32b-v1:0")["outputConfig"] == expected


@pytest.mark.parametrize("model", [OLD_CLAUDE, NOVA])
def test_a_schema_dressed_as_a_tool(model: str) -> None:
    config = sent(USER, response_format=FORMAT, model=model)["toolConfig"]
    assert config["toolChoice"] == {"tool": {"name": "json_answer"}}
    assert config["tools"][0]["toolSpec"]["inputSchema"] == {"json": SCHEMA}
    assert sent(USER, response_format=FORMAT, tools=[TOOL], model=model)["toolConfig"]["toolChoice"] == {"any": {}}


def test_a_schema_in_words_where_there_is_nothing_else() -> None:
    (system,) = sent(USER, response_format=FORMAT, model=LLAMA)["system"]
    assert '"properties":{"a"' in system["text"]
    (system,) = sent(USER, response_format={"type": "json_object"})["system"]
    assert "JSON" in system["text"]


def test_a_format_without_a_schema_is_refused() -> None:
    assert refusal(USER, response_format={"type": "json_schema"}).param == "response_format.json_schema.schema"


def test_a_server_tool_is_left_out_among_others_and_refused_alone() -> None:
    shell = {"type": "native", "dialect": "openai_responses", "tool": {"type": "local_shell"}}
    body, warnings = built({"messages": [USER], "tools": [TOOL, shell]})
    assert [tool["toolSpec"]["name"] for tool in body["toolConfig"]["tools"]] == ["look_up"]
    assert warnings == ["The tool 'local_shell' was left out: Bedrock has none such."]
    assert refusal(USER, tools=[shell]).param == "tools[0]"
