"""Whole answers in the Responses API's words."""

import pytest

from billing.dataplane.usage import Usage
from routing.wire.contract import Json
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES
from routing.wire.responses import unseal
from tests.routing.providers.openai_responses.exchanges import ALL, name
from tests.routing.wire.dialects.openai_responses.answers import call_of, calls, texts, whole_again
from tests.routing.wire.dialects.openai_responses.schemas import check_sdk, complaints, published

WHOLE = [one for one in ALL if one.status == 200 and not one.is_event_stream and not one.request.get("background")]


def answer(message: Json, finish: str = "stop", body: Json | None = None, **choice: Json) -> Json:
    chat = {"model": "their-model", "created": 7, "choices": [{"message": message, "finish_reason": finish, **choice}]}
    usage = Usage(input_tokens=10, cached_input_tokens=4, output_tokens=6, reasoning_tokens=2, source="provider")
    told = OPENAI_RESPONSES.answer(chat, usage, call_of(body or {"input": "Hi"}, stream=False))
    check_sdk(told)
    return told


def test_text_calls_and_usage_survive_the_way_there_and_back() -> None:
    for recorded in WHOLE:
        told = whole_again(recorded)
        check_sdk(told)
        assert (texts(told), calls(told)) == (texts(recorded.json), calls(recorded.json)), name(recorded)
        assert recorded.json["status"].startswith(told["status"].removesuffix("d"))  # one says "complete"
        if recorded.usage:
            assert told["usage"]["total_tokens"] == recorded.usage["total_tokens"], name(recorded)


@published
def test_answers_are_of_the_published_schema() -> None:
    for recorded in WHOLE:
        assert complaints("Response", whole_again(recorded)) == [], name(recorded)


def test_an_answer_says_what_was_asked() -> None:
    asked = {
        "input": "Hi", "instructions": "Be brief.", "temperature": 0.2, "metadata": {"a": "b"}, "store": False,
        "max_output_tokens": 99, "tools": [{"type": "function", "name": "look"}], "text": {"format": {"type": "text"}},
    }  # fmt: skip
    told = answer({"content": "Yes."}, body=asked)
    assert {field: told[field] for field in asked if field not in ("input", "tools")} == {
        field: value for field, value in asked.items() if field not in ("input", "tools")
    }
    assert (told["model"], told["created_at"], told["status"]) == ("their-model", 7, "completed")
    assert told["tools"][0]["name"] == "look"
    assert told["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 6,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 16,
    }


def test_ids_are_not_to_be_guessed() -> None:
    ids = {answer({"content": "Yes."})["id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(each.startswith("resp_") and len(each) >= 40 for each in ids)


# B39
def test_thoughts_keep_what_signs_them() -> None:
    block = {"type": "thinking", "thinking": "Hm.", "signature": "sig"}
    call = {
        "id": "c",
        "function": {"name": "look", "arguments": "{}"},
        "extra_content": {"google": {}},
        "type": "function",
    }
    told = answer(
        {"reasoning_content": "Hm.", "thinking_blocks": [block], "tool_calls": [{**call, "extra_content": {"g": 1}}]}
    )
    thoughts, made = told["output"]
    assert thoughts["summary"] == [{"type": "summary_text", "text": "Hm."}]
    assert unseal(thoughts["encrypted_content"]) == {"blocks": [block], "calls": {"c": {"g": 1}}}
    assert (made["type"], made["call_id"]) == ("function_call", "c")


def test_calls_of_custom_tools_and_of_namespaces() -> None:
    tools = [
        {"type": "custom", "name": "run"},
        {
            "type": "namespace",
            "name": "space",
            "description": "A space.",
            "tools": [{"type": "function", "name": "look", "parameters": {}, "strict": False}],
        },
    ]
    made = [
        {"id": "a", "function": {"name": "run", "arguments": '{"input": "1+1"}'}},
        {"id": "b", "function": {"name": "look", "arguments": "{}"}},
    ]
    run, look = answer({"tool_calls": made}, "tool_calls", {"input": "Hi", "tools": tools})["output"]
    assert (run["type"], run["input"]) == ("custom_tool_call", "1+1")
    assert (look["type"], look["namespace"]) == ("function_call", "space")


@pytest.mark.parametrize(
    ("finish", "status", "details"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_why_it_ended(finish: str, status: str, details: Json | None) -> None:
    told = answer({"content": "Yes."}, finish)
    assert (told["status"], told["incomplete_details"], told["output"][0]["status"]) == (status, details, status)


def test_refusals_citations_and_probabilities() -> None:
    cited = {
        "type": "url_citation",
        "url_citation": {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2},
    }
    tokens = {"content": [{"token": "Yes", "logprob": -0.1, "bytes": None, "top_logprobs": []}]}
    told = answer({"content": "Yes", "refusal": "No", "annotations": [cited]}, logprobs=tokens)
    text, refusal = told["output"][0]["content"]
    assert text["annotations"] == [{"type": "url_citation", **cited["url_citation"]}]  # type: ignore[dict-item]
    assert text["logprobs"] == [{"token": "Yes", "logprob": -0.1, "bytes": [89, 101, 115], "top_logprobs": []}]
    assert refusal == {"type": "refusal", "refusal": "No"}
