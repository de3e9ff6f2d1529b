"""Tools and the choice among them."""

from typing import Any

import pytest

from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.gemini.exchanges import PROMPT, sent
from tests.routing.providers.gemini.sdk import check_request

FUNCTION: Json = {"name": "f", "description": "D", "parameters": {"type": "object", "properties": {"a": {"const": 1}}}}
TOOL: Json = {"type": "function", "function": FUNCTION}


def tools(*given: Json, **fields: Any) -> tuple[Json, list[str]]:
    body, warnings = sent({**PROMPT, "tools": list(given), **fields})
    check_request(body)
    return body, warnings


def test_functions_are_one_tool() -> None:
    parameters = {"type": "object", "properties": {"a": {"enum": [1], "type": "integer"}}}
    made = {"name": "f", "description": "D", "parametersJsonSchema": parameters}
    assert tools(TOOL, TOOL)[0]["tools"] == [{"functionDeclarations": [made, made]}]
    assert sent({**PROMPT, "functions": [FUNCTION]})[0]["tools"] == [{"functionDeclarations": [made]}]


# B41
@pytest.mark.parametrize("parameters", [None, {}])
def test_a_function_without_parameters(parameters: Any) -> None:
    body, _ = tools({"type": "function", "function": {"name": "f", "parameters": parameters}})
    assert body["tools"] == [{"functionDeclarations": [{"name": "f"}]}]


def test_strictness_is_left_out_and_told() -> None:
    _, warnings = tools({"type": "function", "function": {**FUNCTION, "strict": True}})
    assert "strict" in warnings[0]


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        ("auto", None), ("none", {"mode": "NONE"}), ("required", {"mode": "ANY"}),
        ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [TOOL]}},
         {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [TOOL]}},
         {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}),
    ],
)  # fmt: skip
def test_the_choice(choice: Any, config: Json | None) -> None:
    assert tools(TOOL, tool_choice=choice)[0].get("toolConfig") == (config and {"functionCallingConfig": config})


@pytest.mark.parametrize("choice", ["sometimes", 7, {"type": "function", "function": {}}])
def test_a_choice_that_names_nothing_is_refused(choice: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        tools(TOOL, tool_choice=choice)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.BAD_REQUEST, "tool_choice")


def test_a_choice_without_tools_is_none() -> None:
    assert set(sent({**PROMPT, "tool_choice": "auto"})[0]) == {"contents"}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"type": "native", "dialect": "gemini", "tool": {"googleMaps": {}}}, {"googleMaps": {}}),
        ({"type": "native", "dialect": "a", "tool": {"type": "web_search_20250305", "name": "web_search"}},
         {"googleSearch": {}}),
        ({"type": "native", "dialect": "b", "tool": {"type": "code_interpreter"}}, {"codeExecution": {}}),
        ({"type": "native", "dialect": "a", "tool": {"type": "web_fetch_20250910"}}, {"urlContext": {}}),
        ({"type": "web_search"}, {"googleSearch": {}}),
        ({"googleSearch": {"excludeDomains": ["a.example"]}}, {"googleSearch": {"excludeDomains": ["a.example"]}}),
    ],
)  # fmt: skip
def test_tools_that_google_runs(given: Json, made: Json) -> None:
    assert tools(TOOL, given)[0]["tools"][1:] == [made]


def test_a_search_may_be_asked_for_without_a_tool() -> None:
    assert sent({**PROMPT, "web_search_options": {}})[0]["tools"] == [{"googleSearch": {}}]


def test_a_tool_that_google_lacks_is_refused_by_name() -> None:
    with pytest.raises(UpstreamError) as caught:
        tools({"type": "native", "dialect": "openai_responses", "tool": {"type": "image_generation"}})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "tools")


def test_a_tool_that_takes_a_text_is_a_function_of_one() -> None:
    custom = {"type": "custom", "custom": {"name": "run", "description": "D", "format": {"type": "grammar"}}}
    call = {"id": "c", "type": "custom", "custom": {"name": "run", "input": "ls"}}
    messages = [*PROMPT["messages"], {"role": "assistant", "tool_calls": [call]}]
    body, warnings = sent({"messages": messages, "tools": [custom]})
    check_request(body)
    (declared,) = body["tools"][0]["functionDeclarations"]
    assert declared["parametersJsonSchema"]["required"] == ["input"]
    assert body["contents"][1]["parts"][0]["functionCall"]["args"] == {"input": "ls"}
    assert "format" in warnings[0]


def test_a_tool_that_google_lacks_is_left_out_among_others() -> None:
    shell = {"type": "native", "dialect": "openai_responses", "tool": {"type": "local_shell"}}
    body, warnings = tools({"type": "function", "function": {"name": "f"}}, shell)
    assert body["tools"] == [{"functionDeclarations": [{"name": "f"}]}]
    assert warnings == ["tools[local_shell] left out: Gemini has no such tool"]
