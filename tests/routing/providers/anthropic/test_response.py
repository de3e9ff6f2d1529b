"""Whole answers: kept as they are for callers of the same dialect, read into the internal form for others."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion

from billing.dataplane.usage import usage_from_anthropic
from routing.wire.contract import Answer, ErrorKind, UpstreamError
from routing.wire.dialects.openai_chat import OPENAI_CHAT
from tests.routing.providers.anthropic.exchanges import HELLO, OWN, adapter, call, everything, name, target
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.upstream.cassettes import Cassette

ALL = [one for one in everything() if one.status == 200 and not one.is_event_stream]


def parsed(content: list[Any], stop: str = "end_turn", **fields: Any) -> dict[str, Any]:
    """The choice that a message becomes."""
    made = adapter()
    answer = made.parse(orjson.dumps({"id": "msg_1", "model": "m", "content": content, "stop_reason": stop, **fields}))
    assert answer.chat is not None
    choice: dict[str, Any] = answer.chat["choices"][0]
    return choice


# B8, B40
@pytest.mark.parametrize("recorded", ALL, ids=name)
def test_a_recorded_answer_is_kept_and_read(recorded: Cassette) -> None:
    straight, made = adapter(dialect=OWN), adapter()
    assert straight.parse(recorded.body) == Answer(recorded.body, None)
    assert straight.usage == usage_from_anthropic(recorded.json["usage"])

    chat = made.parse(recorded.body).chat

    assert chat is not None
    ChatCompletion.model_validate(OPENAI_CHAT.answer(chat, made.usage, call({})))
    message = chat["choices"][0]["message"]
    blocks = recorded.json["content"]
    assert (message["content"] or "") == "".join(one["text"] for one in blocks if one["type"] == "text")
    calls = [(one["id"], one["name"], one["input"]) for one in blocks if one["type"] == "tool_use"]
    read = [
        (c["id"], c["function"]["name"], orjson.loads(c["function"]["arguments"]))
        for c in message.get("tool_calls", [])
    ]
    assert read == calls


def test_thoughts_come_with_their_signatures() -> None:  # B39
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "eHg="}
    message = parsed([signed, hidden, {"type": "text", "text": "Hi"}])["message"]
    assert message["reasoning_content"] == "Hm."
    assert message["thinking_blocks"] == [signed, hidden]
    assert message["content"] == "Hi"


def test_what_a_server_did_keeps_its_place() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    later = {"type": "thinking", "thinking": "Found.", "signature": "c2ln"}
    message = parsed([{"type": "text", "text": "Let me see."}, search, later, {"type": "text", "text": "Yes."}])[
        "message"
    ]
    assert message["content"] == "Let me see.Yes."
    assert [(entry["block"], entry["at"]) for entry in message["native_blocks"]] == [(search, 11), (later, 11)]


def test_citations_have_their_range() -> None:
    page = {"type": "web_search_result_location", "url": "https://example.org", "title": "E", "cited_text": "x"}
    document = {"type": "char_location", "cited_text": "y", "document_index": 0}
    cited = {"type": "text", "text": "cited", "citations": [page, document]}
    message = parsed([{"type": "text", "text": "Not "}, cited])["message"]
    place = {"start_index": 4, "end_index": 9}
    assert message["annotations"] == [
        {"type": "url_citation", "url_citation": {"url": "https://example.org", "title": "E", **place}}
    ]
    assert [entry["citation"] for entry in message["citations"]] == [page, document]


def test_how_it_ended() -> None:
    choice = parsed([], "stop_sequence", stop_sequence="END")
    assert (choice["finish_reason"], choice["native_finish_reason"], choice["stop_sequence"]) == (
        "stop", "stop_sequence", "END",
    )  # fmt: skip
    refused = parsed([], "refusal", stop_details={"type": "refusal", "category": "cyber"})
    assert refused["finish_reason"] == "content_filter"
    assert refused["stop_details"]["category"] == "cyber"


def test_content_is_null_only_beside_tools() -> None:
    assert parsed([])["message"]["content"] == ""
    assert parsed([{"type": "tool_use", "id": "t", "name": "n", "input": {}}], "tool_use")["message"]["content"] is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "no result"),
        (b"{}", "no result"),
        (b'{"content": {}}', "no result"),
        (b'{"type": "error", "error": {"type": "api_error", "message": "Broken"}}', "Broken"),
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes, message: str) -> None:
    with pytest.raises(UpstreamError, match=message) as caught:
        adapter().parse(body)
    assert caught.value.kind is ErrorKind.SERVER


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"content": st.lists(ANYTHING)}, optional={"usage": ANYTHING, "stop_reason": ANYTHING}))
def test_odd_answers_are_read(answer: dict[str, Any]) -> None:
    made = adapter()
    orjson.dumps(made.parse(orjson.dumps(answer)).chat)
    made.estimate()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "new"])},
    optional={"text": ANYTHING, "thinking": ANYTHING, "signature": ANYTHING, "id": ANYTHING, "name": ANYTHING,
              "input": ANYTHING, "citations": ANYTHING | st.lists(st.fixed_dictionaries({"url": ANYTHING}))},
)))  # fmt: skip
def test_odd_blocks_are_read(content: list[dict[str, Any]]) -> None:
    orjson.dumps(parsed(content))


def test_an_answer_without_usage_is_estimated() -> None:
    made = adapter()
    made.parse(orjson.dumps({"content": [{"type": "text", "text": "Hello, world!"}]}))
    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.output_tokens, made.usage.source) == (4, "estimate")
    assert made.usage.input_tokens > 0


def test_a_count_is_read_and_free() -> None:
    for dialect, chat in ((OWN, None), ("gemini", {"input_tokens": 14})):
        made = adapter()
        made.build(call({"messages": HELLO}, dialect=dialect, operation="count_tokens"), target())
        assert made.parse(b'{"input_tokens":14}').chat == chat
        made.estimate()
        assert made.usage.is_empty
        with pytest.raises(UpstreamError):
            made.parse(b'{"input_tokens":null}')
