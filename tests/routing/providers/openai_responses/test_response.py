"""Recorded whole answers of the Responses API."""

import orjson
import pytest

from billing.dataplane.usage import usage_from_openai
from routing.wire.contract import ErrorKind, Json, UpstreamError
from tests.routing.providers.openai_responses.exchanges import ALL, CHAT, STRAIGHT, adapter, name

WHOLE = [one for one in ALL if one.status == 200 and not one.is_event_stream]


@pytest.mark.parametrize("dialect", [STRAIGHT, CHAT])
def test_recorded_answers_are_read(dialect: str) -> None:
    for recorded in WHOLE:
        made = adapter(dialect=dialect, stream=False)
        answer = made.parse(recorded.body)
        assert answer.raw is recorded.body
        assert (answer.chat is None) == (dialect == STRAIGHT)
        if recorded.usage:
            expected = usage_from_openai(recorded.usage)
            expected.searches = made.usage.searches
            assert made.usage == expected, name(recorded)


def test_other_callers_are_told_the_same() -> None:
    for recorded in WHOLE:
        chat = adapter(dialect=CHAT, stream=False).parse(recorded.body).chat
        assert chat is not None
        [choice] = chat["choices"]
        texts = [part for item in recorded.json["output"] if item["type"] == "message" for part in item["content"]]
        assert (choice["message"]["content"] or "") == "".join(part.get("text", "") for part in texts), name(recorded)
        calls = [item for item in recorded.json["output"] if item["type"] == "function_call"]
        said = [call["function"] for call in choice["message"].get("tool_calls", [])]
        if calls:
            assert said == [{"name": call["name"], "arguments": call["arguments"]} for call in calls], name(recorded)
            assert choice["finish_reason"] == "tool_calls"


def parsed(*output: Json, **fields: object) -> Json:
    body = {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": output, **fields}
    chat = adapter(dialect=CHAT, stream=False).parse(orjson.dumps(body)).chat
    assert chat is not None
    choice: Json = chat["choices"][0]
    return choice


def test_citations_keep_their_place() -> None:
    cited = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1, "end_index": 3}
    parts = [{"type": "output_text", "text": "One. "}, {"type": "output_text", "text": "Two.", "annotations": [cited]}]
    message = parsed({"type": "message", "content": parts})["message"]
    [annotation] = message["annotations"]
    assert annotation["url_citation"]["start_index"] == len("One. ") + 1


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", "length"), ("content_filter", "content_filter"), ("else", "length")]
)
def test_an_incomplete_answer_says_why(reason: str, finish: str) -> None:
    choice = parsed(status="incomplete", incomplete_details={"reason": reason})
    assert choice["finish_reason"] == finish


def test_what_only_this_api_has_is_handed_on() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    assert parsed(search)["message"]["native_blocks"] == [{"dialect": "openai_responses", "block": search}]


def test_searches_are_counted() -> None:
    calls = [{"type": "web_search_call", "action": {"type": kind}} for kind in ("search", "open_page", "search")]
    made = adapter(stream=False)
    made.parse(orjson.dumps({"output": calls, "usage": {"input_tokens": 1, "output_tokens": 1}}))
    assert made.usage.searches == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "no result"),
        (b"{}", "no result"),
        (b'{"status": "failed", "output": []}', "no result"),
        (b'{"status": "failed", "output": [], "error": {"code": "server_error", "message": "Oops"}}', "Oops"),
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes, message: str) -> None:
    with pytest.raises(UpstreamError, match=message) as caught:
        adapter(stream=False).parse(body)
    assert caught.value.kind is ErrorKind.SERVER


def test_recorded_failures_say_what_they_mean() -> None:
    for recorded in (one for one in ALL if one.status >= 400):
        assert adapter().error(recorded.status, recorded.headers, recorded.body).message, name(recorded)
