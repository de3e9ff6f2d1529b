"""Cohere's whole answers and errors."""

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.cohere.exchanges import adapter, everything
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

WHOLE = [one for one in everything("cohere.chat") if one.status == 200 and not one.is_event_stream]


def parsed(body: Json) -> tuple[Json, Usage]:
    made = adapter(stream=False)
    chat = made.parse(orjson.dumps(body)).chat
    assert chat is not None
    return chat["choices"][0], made.usage


def answer(message: Json, finish: str = "COMPLETE", **fields: Any) -> Json:
    return {"id": "a", "message": {"role": "assistant", **message}, "finish_reason": finish, **fields}


# B1: what is billed is what is counted
@pytest.mark.parametrize("recorded", WHOLE, ids=lambda one: one.id)
def test_recorded_answers(recorded: Cassette) -> None:
    made = adapter(stream=False)
    chat = made.parse(recorded.body).chat
    assert chat is not None
    [choice], theirs = chat["choices"], recorded.json["message"]
    texts = "".join(part.get("text", "") for part in theirs.get("content", ()))
    assert (choice["message"]["content"] or "") == texts
    assert choice["message"].get("tool_calls", []) == theirs.get("tool_calls", [])
    billed = recorded.json["usage"]["billed_units"]
    assert (made.usage.input_tokens, made.usage.output_tokens) == (billed["input_tokens"], billed["output_tokens"])


def test_thoughts_citations_and_a_plan() -> None:
    chat = adapter(stream=False).parse(cassettes.load("aa1ea847e91e").body).chat
    assert chat is not None
    message = chat["choices"][0]["message"]
    assert message["reasoning_content"].startswith("The document clearly states")
    first = message["citations"][0]
    assert message["content"][first["start_index"] : first["end_index"]] == first["citation"]["text"]
    plan, _ = parsed(
        answer({"tool_plan": "I add.", "tool_calls": [{"id": "1", "function": {"name": "add"}}]}, "TOOL_CALL")
    )
    assert (plan["message"]["reasoning_content"], plan["finish_reason"]) == ("I add.", "tool_calls")


def test_a_cited_page_is_an_annotation() -> None:
    page = {"url": "https://a.example", "title": "A"}
    cited = {"start": 0, "end": 2, "text": "Hi", "sources": [{"type": "document", "id": "1", "document": page}]}
    choice, _ = parsed(answer({"content": [{"type": "text", "text": "Hi"}], "citations": [cited]}))
    assert choice["message"]["annotations"] == [
        {"type": "url_citation", "url_citation": {**page, "start_index": 0, "end_index": 2}}
    ]


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ("COMPLETE", "stop"),
        ("STOP_SEQUENCE", "stop"),
        ("MAX_TOKENS", "length"),
        ("ERROR_TOXIC", "content_filter"),
        ("NEW", "stop"),
    ],
)
def test_finishes(finish: str, expected: str) -> None:
    assert parsed(answer({"content": [{"type": "text", "text": "Hi"}]}, finish))[0]["finish_reason"] == expected


@pytest.mark.parametrize(("finish", "kind"), [("ERROR", ErrorKind.SERVER), ("TIMEOUT", ErrorKind.TIMEOUT)])
def test_an_answer_may_be_a_failure(finish: str, kind: ErrorKind) -> None:
    with pytest.raises(UpstreamError) as caught:
        parsed(answer({"content": []}, finish))
    assert caught.value.kind is kind


def test_logprobs_by_pieces_of_text() -> None:
    told = {"text": "Hé", "token_ids": [1, 2], "logprobs": [-0.5, -0.25]}
    choice, _ = parsed(answer({"content": [{"type": "text", "text": "Hé"}]}, logprobs=[told]))
    assert choice["logprobs"]["content"] == [
        {"token": "Hé", "logprob": -0.75, "bytes": [72, 195, 169], "top_logprobs": []}
    ]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {
                "billed_units": {"input_tokens": 5.0, "output_tokens": 3},
                "tokens": {"input_tokens": 200},
                "cached_tokens": 192,
            },
            Usage(5, output_tokens=3, source="provider"),
        ),
        ({"tokens": {"input_tokens": 200, "output_tokens": 3}}, Usage(200, output_tokens=3, source="provider")),
        (
            {
                "billed_units": {"input_tokens": 9, "output_tokens": 8},
                "tokens": {"reasoning_tokens": 6, "image_tokens": 4},
            },
            Usage(9, output_tokens=8, reasoning_tokens=6, input_image_tokens=4, source="provider"),
        ),
        ("a", Usage(source="provider", absurd=True)),
        ({"billed_units": {"input_tokens": -1}}, Usage(source="provider", absurd=True)),
    ],
)
def test_usage(usage: Any, expected: Usage) -> None:
    assert parsed(answer({"content": []}, usage=usage))[1] == expected


def test_an_answer_without_usage_is_estimated() -> None:
    made = adapter(stream=False)
    made.parse(orjson.dumps(answer({"content": [{"type": "text", "text": "Hello, world!"}]})))
    made.estimate()
    assert (made.usage.output_tokens, made.usage.source) == (4, "estimate")
    assert made.usage.input_tokens > 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"message": "Too bad"}', b'{"message": null}'])
def test_what_is_no_answer_is_the_provider_s_failure(body: bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        adapter(stream=False).parse(body)
    assert caught.value.kind is ErrorKind.SERVER


@given(
    st.fixed_dictionaries(
        {
            "message": st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("content", "tool_calls", "citations", "tool_plan"), ANYTHING)
            )
        },
        optional={"usage": ANYTHING, "finish_reason": ANYTHING, "logprobs": ANYTHING, "id": ANYTHING},
    )
)
def test_odd_answers_break_nothing(body: Json) -> None:
    with suppress(UpstreamError):
        parsed(body)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "Incorrect API key provided", ErrorKind.AUTH),
        (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081", ErrorKind.CONTEXT_LENGTH),
        (404, "model 'x' not found, make sure the correct model ID was used", ErrorKind.NOT_FOUND),
        (429, "You are past the per minute request limit", ErrorKind.RATE_LIMIT),
        (400, "invalid request: message must be at least 1 token long", ErrorKind.BAD_REQUEST),
        (500, "internal server error", ErrorKind.SERVER),
    ],
)
def test_errors(status: int, message: str, kind: ErrorKind) -> None:
    error = adapter().error(status, {}, orjson.dumps({"id": "1", "message": message}))
    assert (error.kind, error.message) == (kind, message)
