"""Google's requests in the internal form."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire.contract import Json
from routing.wire.dialects.gemini import GEMINI
from routing.wire.dialects.gemini.schema import json_schema
from routing.wire.failure import GatewayError
from tests.routing.providers.gemini.exchanges import everything, name
from tests.routing.providers.gemini.test_stream import ANYTHING

HELLO: Json = {"role": "user", "parts": [{"text": "Hello"}]}
to_chat = GEMINI.to_chat


def messages(*contents: Json) -> list[Json]:
    found: list[Json] = to_chat({"contents": list(contents)})["messages"]
    return found


def model(*parts: Json) -> Json:
    return {"role": "model", "parts": list(parts)}


def user(*parts: Json) -> Json:
    return {"role": "user", "parts": list(parts)}


def test_all_recorded_requests_are_understood() -> None:
    for recorded in everything():
        if recorded.request.get("contents") and "cachedContent" not in recorded.request:
            chat = to_chat(recorded.request)
            assert chat["messages"], name(recorded)
            orjson.dumps(chat)


@pytest.mark.parametrize("contents", [HELLO, [HELLO], "Hello", [{"parts": {"text": "Hello"}}], [{"parts": ["Hello"]}]])
def test_a_prompt_however_it_is_written(contents: Any) -> None:
    assert to_chat({"contents": contents}) == {"messages": [{"role": "user", "content": "Hello"}]}


@pytest.mark.parametrize("written", ["systemInstruction", "system_instruction"])
@pytest.mark.parametrize(
    "instruction", [{"parts": [{"text": "Be brief"}]}, {"parts": {"text": "Be brief"}}, "Be brief"]
)
def test_the_instruction_is_the_system_s(written: str, instruction: Any) -> None:
    chat = to_chat({"contents": [HELLO], written: instruction})
    assert chat["messages"][0] == {"role": "system", "content": "Be brief"}


def test_media() -> None:
    (message,) = messages(
        user(
            {"text": "See"}, {"inlineData": {"mimeType": "image/png", "data": "QQ=="}},
            {"inline_data": {"mime_type": "audio/mpeg", "data": "QQ=="}},
            {"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}},
            {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}},
            {"fileData": {"mimeType": "application/pdf", "fileUri": "https://a.example/x"}},
            {"executableCode": {"code": "1"}},
        )
    )  # fmt: skip
    assert message["content"] == [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}},
        {"type": "input_audio", "input_audio": {"data": "QQ==", "format": "mp3"}},
        {"type": "file", "file": {"filename": "file.pdf", "file_data": "data:application/pdf;base64,QQ=="}},
        {"type": "video_url", "video_url": {"url": "https://youtu.be/x"}},
        {"type": "file", "file": {"file_url": "https://a.example/x", "format": "application/pdf"}},
        {"type": "native", "dialect": "gemini", "block": {"executableCode": {"code": "1"}}},
    ]


def test_calls_and_results_find_each_other_without_ids() -> None:
    call = {"functionCall": {"name": "f", "args": {"a": 1}}}
    result = {"functionResponse": {"name": "f", "response": {"output": "ok"}}}
    _, asked, first, second, said = messages(HELLO, model(call, call), user(result, result, {"text": "Go on"}))
    ids = [one["id"] for one in asked["tool_calls"]]
    assert len(set(ids)) == 2
    assert asked["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    assert [first["tool_call_id"], second["tool_call_id"]] == ids
    assert first["content"] == '{"output":"ok"}'
    assert said == {"role": "user", "content": "Go on"}


def test_ids_are_kept_where_there_are_any() -> None:
    _, asked, answered = messages(
        HELLO, model({"functionCall": {"name": "f", "id": "x1"}}),
        user({"functionResponse": {"name": "f", "id": "x1", "response": {"error": "No"}}}),
    )  # fmt: skip
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"] == "x1"
    assert (answered["content"], answered["is_error"]) == ("No", True)


def test_a_result_with_a_picture() -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": "QQ=="}}
    (answered,) = messages(user({"functionResponse": {"name": "f", "response": {}, "parts": [part]}}))
    assert [one["type"] for one in answered["content"]] == ["text", "image_url"]


# B39
def test_thoughts_and_signatures() -> None:
    _, answer = messages(
        HELLO, model({"text": "Hm", "thought": True, "thoughtSignature": "dGg="}, {"text": "A"}, {"text": "B"},
                     {"functionCall": {"name": "f"}, "thoughtSignature": "Y2FsbA=="}),
    )  # fmt: skip
    assert (answer["content"], answer["reasoning_content"]) == ("AB", "Hm")
    assert answer["thinking_blocks"] == [{"type": "thinking", "signature": "google.thought.dGg=", "thinking": "Hm"}]
    assert answer["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "Y2FsbA=="}}


def test_parameters() -> None:
    config = {
        "temperature": 0.5, "topP": 0.9, "top_k": 40.0, "maxOutputTokens": 7, "stopSequences": ["END"], "seed": 1,
        "candidateCount": 2, "presencePenalty": 0.1, "frequency_penalty": 0.2, "responseLogprobs": True, "logprobs": 3,
    }  # fmt: skip
    chat = to_chat({"contents": [HELLO], "generation_config": config})
    del chat["messages"]
    assert chat == {
        "temperature": 0.5, "top_p": 0.9, "top_k": 40, "max_tokens": 7, "stop": ["END"], "seed": 1, "n": 2,
        "presence_penalty": 0.1, "frequency_penalty": 0.2, "logprobs": True, "top_logprobs": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        ({"thinkingLevel": "LOW"}, {"reasoning_effort": "low"}),
        ({"thinking_budget": 512}, {"thinking": {"type": "enabled", "budget_tokens": 512}}),
        ({"thinkingBudget": 0}, {"thinking": {"type": "disabled"}}),
        ({"thinkingBudget": -1}, {"thinking": {"type": "adaptive"}}),
        ({"includeThoughts": True}, {}),
    ],
)
def test_thinking(config: Json, fields: Json) -> None:
    chat = to_chat({"contents": [HELLO], "generationConfig": {"thinkingConfig": config}})
    del chat["messages"]
    assert chat == fields


def test_structured_answers() -> None:
    def wanted(**config: Any) -> Any:
        return to_chat({"contents": [HELLO], "generationConfig": config}).get("response_format")

    schema = {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}, "propertyOrdering": ["a"]}
    plain = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}
    mime = "application/json"
    made = {"type": "json_schema", "json_schema": {"name": "response", "schema": plain}}
    assert wanted(responseMimeType=mime, responseSchema=schema) == made
    assert wanted(response_mime_type=mime, responseJsonSchema=plain) == made
    assert wanted(responseMimeType=mime) == {"type": "json_object"}
    assert wanted(responseMimeType="text/plain") is None


def test_tools() -> None:
    declared = {
        "name": "f",
        "description": "D",
        "parameters": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}}},
    }
    bare, plain = {"name": "g"}, {"name": "h", "parameters_json_schema": {"type": "object", "title": "H"}}
    chat = to_chat(
        {"contents": [HELLO], "tools": {"function_declarations": [declared, bare, plain], "googleSearch": {}}}
    )
    assert [tool.get("function", tool.get("tool")) for tool in chat["tools"]] == [
        {"name": "f", "description": "D", "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        {"name": "g", "parameters": {"type": "object", "properties": {}}},
        {"name": "h", "parameters": {"type": "object", "title": "H"}},
        {"googleSearch": {}},
    ]
    assert chat["tools"][3]["type"] == "native"


@pytest.mark.parametrize(
    ("config", "choice"),
    [
        ({"mode": "AUTO"}, "auto"), ({"mode": "none"}, "none"), ({"mode": "ANY"}, "required"),
        ({"mode": "VALIDATED"}, "auto"), ({}, "auto"), ("odd", None),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, {"type": "function", "function": {"name": "f"}}),
        ({"mode": "ANY", "allowed_function_names": ["f", "g"]},
         {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [
             {"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "g"}}]}}),
    ],
)  # fmt: skip
def test_the_choice(config: Any, choice: Any) -> None:
    tools = [{"functionDeclarations": [{"name": "f"}]}]
    chat = to_chat({"contents": [HELLO], "tools": tools, "toolConfig": {"functionCallingConfig": config}})
    assert chat.get("tool_choice") == choice
    assert "tool_choice" not in to_chat({"contents": [HELLO], "toolConfig": {"functionCallingConfig": config}})


# B40
def test_what_only_google_knows_is_told() -> None:
    chat = to_chat({"contents": [HELLO], "safetySettings": [], "generationConfig": {"mediaResolution": "LOW"}})
    assert [one.partition(" ")[0] for one in chat["warnings"]] == ["generationConfig.mediaResolution", "safetySettings"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"contents": [HELLO], "cachedContent": "cachedContents/1"}, "cachedContent"),
        ({"contents": 7}, "contents"), ({}, "contents"), ({"contents": []}, "contents"),
        ({"contents": [{"role": "narrator", "parts": []}]}, "contents"),
        ({"contents": [HELLO], "tools": [{"functionDeclarations": [{}]}]}, "tools"),
        ({"contents": [HELLO], "generationConfig": 7}, "generationConfig"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_refused_by_name(body: Json, param: str) -> None:
    with pytest.raises(GatewayError) as caught:
        to_chat(body)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_a_count_may_wrap_the_request() -> None:
    assert to_chat({"generateContentRequest": {"contents": [HELLO], "model": "m"}})["messages"][0]["content"] == "Hello"


def test_schemas() -> None:
    assert json_schema(
        {
            "type": "ARRAY", "minItems": "2", "items": {"anyOf": [{"type": "STRING", "enum": ["a"], "nullable": True},
            {"ref": "#/defs/A"}]}, "defs": {"A": {"type": "NUMBER", "maximum": 3}},
        }
    ) == {
        "type": "array", "minItems": 2,
        "items": {"anyOf": [{"type": ["string", "null"], "enum": ["a", None]}, {"$ref": "#/defs/A"}]},
        "$defs": {"A": {"type": "number", "maximum": 3}},
    }  # fmt: skip


FIELDS = st.sampled_from(
    ["contents", "parts", "role", "text", "functionCall", "functionResponse", "name", "args", "response", "inlineData",
     "mimeType", "data", "thought", "thoughtSignature", "tools", "functionDeclarations", "parameters", "toolConfig",
     "functionCallingConfig", "generationConfig", "thinkingConfig", "responseSchema", "systemInstruction"]
)  # fmt: skip
ODD = st.recursive(ANYTHING, lambda i: st.lists(i, max_size=3) | st.dictionaries(FIELDS, i, max_size=4), max_leaves=20)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(FIELDS, ODD, max_size=4), ODD)
def test_any_body_is_understood_or_refused(body: Json, contents: Any) -> None:
    try:
        to_chat({**body, "contents": contents})
    except GatewayError as error:
        status = error.status
    else:
        status = 400
    assert status == 400
