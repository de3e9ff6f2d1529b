"""What is sent to a server of the Responses API: the caller's own, or a chat in its words."""

from typing import Any

import orjson
import pytest

from routing.providers.openai_responses.adapter import OpenAIResponsesAdapter
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.responses import seal
from tests.routing.providers.openai_responses.exchanges import ALL, CHAT, STRAIGHT, TARGET, name


def sent(body: Json, dialect: str = CHAT, stream: bool = False) -> tuple[Json, list[str]]:
    call = Call("chat", dialect, body, "route", stream)
    outgoing = OpenAIResponsesAdapter().build(call, TARGET)
    assert outgoing.path == "/responses"
    return orjson.loads(outgoing.body), call.warnings


def items(*messages: Json, **fields: Any) -> list[Json]:
    out: list[Json] = sent({"messages": list(messages), **fields})[0]["input"]
    return out


# B40
def test_the_caller_s_own_fields_travel_on() -> None:
    for recorded in ALL:
        out, warnings = sent(recorded.request, STRAIGHT)
        assert out == {**recorded.request, "model": "their-model"}, name(recorded)
        assert warnings == []


def test_thoughts_of_other_providers_stay_behind() -> None:
    foreign = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": seal({"blocks": []})}
    own = {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "gAAAA"}
    body = {"input": [foreign, own, {"role": "user", "content": "Hi"}]}
    assert sent(body, STRAIGHT)[0]["input"] == body["input"][1:]
    assert body["input"][0] is foreign  # the caller's own is needed again for the next attempt


def test_a_conversation_with_tools() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    assert items(
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Look"}, picture]},
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "Seen"}, picture]},
    ) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "input_text", "text": "Look"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"},
        ]},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": '{"at": 1}'},
        {"type": "function_call_output", "call_id": "call_1", "output": [
            {"type": "input_text", "text": "Seen"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"},
        ]},
    ]  # fmt: skip


def test_its_own_thoughts_come_back() -> None:
    block = {"type": "thinking", "thinking": "Hm.", "signature": "openai.rs_1.gAAAA"}
    strange = {"type": "thinking", "thinking": "Hm.", "signature": "of-another"}
    assert items({"role": "assistant", "content": "Yes.", "thinking_blocks": [strange, block]}) == [
        {
            "id": "rs_1",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "Hm."}],
            "encrypted_content": "gAAAA",
        },
        {"role": "assistant", "content": "Yes."},
    ]


def test_files_in_every_form() -> None:
    files: list[Json] = [
        {"file_data": "data:application/pdf;base64,AA"},
        {"file_id": "file-1"},
        {"file_url": "https://a.example/f"},
    ]
    [item] = items({"role": "user", "content": [{"type": "file", "file": file} for file in files]})
    assert item["content"] == [
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA", "filename": "file.pdf"},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_file", "file_url": "https://a.example/f"},
    ]


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ({"max_tokens": 100}, {"max_output_tokens": 100}),
        ({"max_completion_tokens": 100, "max_tokens": 5}, {"max_output_tokens": 100}),
        ({"max_tokens": 5}, {"max_output_tokens": 16}),
        ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
        ({"thinking": {"type": "enabled", "budget_tokens": 20_000}}, {"reasoning": {"effort": "high"}}),
        ({"verbosity": "low"}, {"text": {"verbosity": "low"}}),
        ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": True}}},
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": {}, "strict": True}}},
        ),
        ({"logprobs": True, "top_logprobs": 2}, {"include": ["message.output_text.logprobs"], "top_logprobs": 2}),
        ({"store": True, "metadata": {"a": "b"}}, {"store": True, "metadata": {"a": "b"}}),
        ({"web_search_options": {}}, {"tools": [{"type": "web_search"}]}),
        (
            {"tools": [{"type": "function", "function": {"name": "look"}}], "tool_choice": "required"},
            {
                "tools": [
                    {
                        "type": "function",
                        "name": "look",
                        "strict": False,
                        "parameters": {"type": "object", "properties": {}},
                    }
                ],
                "tool_choice": "required",
            },
        ),
        (
            {"tool_choice": {"type": "function", "function": {"name": "look"}}},
            {"tool_choice": {"type": "function", "name": "look"}},
        ),
    ],
)
def test_what_a_chat_says_in_other_words(said: Json, out: Json) -> None:
    body, _ = sent({"messages": [], **said})
    assert body == {"input": [], "store": False, "model": "their-model", **out}


# B40
@pytest.mark.parametrize("said", [{"seed": 7}, {"logit_bias": {"1": 2}}, {"invented": True}])
def test_what_is_lost_is_told(said: Json) -> None:
    body, warnings = sent({"messages": [], **said})
    assert not said.keys() & body.keys()
    assert warnings == [f"'{next(iter(said))}' was left out."]


@pytest.mark.parametrize("said", [{"n": 2}, {"stop": ["x"]}, {"modalities": ["audio"]}])
def test_what_would_change_the_answer_is_refused(said: Json) -> None:
    with pytest.raises(UpstreamError) as caught:
        sent({"messages": [], **said})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, next(iter(said)))


def test_what_is_nested_too_deeply_to_write_is_refused() -> None:
    with pytest.raises(UpstreamError) as caught:
        sent({"input": orjson.loads(b"[" * 1000 + b"]" * 1000)}, STRAIGHT)
    assert caught.value.kind is ErrorKind.BAD_REQUEST
