"""Whole answers: nothing of them is lost on the way to OpenAI's words."""

import json
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.gemini import pick, usage_from_google
from tests.routing.providers.gemini.exchanges import NEW, PROMPT, adapter, call_of, everything, kept, name, straight
from tests.routing.providers.gemini.test_stream import ANYTHING, KNOWN
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

WHOLE = [one for one in kept() if one.status == 200 and not one.is_event_stream]


def answered(*parts: Json, finish: str = "STOP", **more: Any) -> Json:
    """The choice that comes of an answer with these parts."""
    candidate = {"content": {"parts": list(parts), "role": "model"}, "finishReason": finish, **more}
    chat = adapter().parse(orjson.dumps({"candidates": [candidate], "responseId": "1lpeaM2zA_H_2PgPh_z--AY"})).chat
    assert chat is not None
    choice: Json = chat["choices"][0]
    return choice


@pytest.mark.parametrize("recorded", WHOLE, ids=name)
def test_a_recorded_answer_keeps_its_text_its_calls_and_its_usage(recorded: Cassette) -> None:
    made = adapter()
    chat = made.parse(recorded.body).chat

    assert chat is not None
    parts = recorded.json["candidates"][0]["content"]["parts"]
    message = chat["choices"][0]["message"]
    assert (message["content"] or "") == "".join(p.get("text", "") for p in parts if not p.get("thought"))
    calls = [call["function"] for call in message.get("tool_calls", [])]
    expected = [part["functionCall"] for part in parts if "functionCall" in part]
    assert [(c["name"], orjson.loads(c["arguments"])) for c in calls] == [(c["name"], c["args"]) for c in expected]
    usage = usage_from_google(recorded.usage)
    usage.searches = made.usage.searches
    assert made.usage == usage


# B1
def test_the_whole_collection_can_be_read() -> None:
    for recorded in everything():
        if recorded.status == 200 and not recorded.is_event_stream:
            made = adapter()
            assert made.parse(recorded.body).chat is not None, name(recorded)
            assert made.usage.source == "provider", name(recorded)
            assert straight(stream=False).parse(recorded.body).raw is recorded.body


# B8
def test_thoughts_and_tools_are_beside_and_cached_tokens_inside() -> None:
    usage = usage_from_google(
        {
            "promptTokenCount": 100, "cachedContentTokenCount": 40, "toolUsePromptTokenCount": 30,
            "candidatesTokenCount": 20, "thoughtsTokenCount": 7, "totalTokenCount": 157,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 60}, {"modality": "AUDIO", "tokenCount": 30},
                                    {"modality": "IMAGE", "tokenCount": 10}],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 5}],
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 12}, {"modality": 4, "tokenCount": 3}],
        }
    )  # fmt: skip
    assert usage == Usage(
        input_tokens=130, cached_input_tokens=40, input_audio_tokens=30, cached_audio_tokens=5, input_image_tokens=10,
        tool_tokens=30, output_tokens=27, reasoning_tokens=7, output_audio_tokens=3, output_image_tokens=12,
        source="provider",
    )  # fmt: skip
    assert usage.input_tokens + usage.output_tokens == 157


@pytest.mark.parametrize("raw", [[], "x", {"promptTokenCount": -1}, {"candidatesTokenCount": "7"}])
def test_counts_that_cannot_be_are_not_billed(raw: Any) -> None:
    assert usage_from_google(raw).absurd


# B8
def test_searches_are_counted_as_they_are_charged() -> None:
    grounded = {"candidates": [{"finishReason": "STOP", "groundingMetadata": {"webSearchQueries": ["a", "b"]}}]}
    old, new = adapter(), adapter(call_of(PROMPT), NEW)
    for made, searches in ((old, 1), (new, 2)):
        made.parse(orjson.dumps(grounded))
        assert made.usage.searches == searches


@pytest.mark.parametrize(
    ("google", "openai"),
    [
        ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("RECITATION", "content_filter"),
        ("BLOCKLIST", "content_filter"), ("PROHIBITED_CONTENT", "content_filter"), ("SPII", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"), ("MALFORMED_FUNCTION_CALL", "stop"), ("OTHER", "stop"), (2, "length"),
        ("A_NEW_ONE", "stop"),
    ],
)  # fmt: skip
def test_why_it_ended(google: Any, openai: str) -> None:
    choice = answered({"text": "x"}, finish=google)
    assert choice["finish_reason"] == openai
    assert choice["native_finish_reason"] == ("MAX_TOKENS" if google == 2 else google)


def test_calls_end_an_answer_unless_it_ended_otherwise() -> None:
    call = {"functionCall": {"name": "f", "args": {}}}
    assert answered(call)["finish_reason"] == "tool_calls"
    assert answered(call, finish="MAX_TOKENS")["finish_reason"] == "length"


def test_an_id_is_made_where_google_gives_none_and_is_the_same_each_time() -> None:
    def ids() -> list[str]:
        calls = [{"functionCall": {"name": "f", "args": {}}}, {"functionCall": {"name": "f", "args": {}}}]
        return [call["id"] for call in answered(*calls)["message"]["tool_calls"]]

    assert ids() == ids() and len(set(ids())) == 2
    assert answered({"functionCall": {"name": "f", "id": "own"}})["message"]["tool_calls"][0]["id"] == "own"


# B39
def test_signatures_stand_where_clients_give_them_back() -> None:
    message = answered(
        {"text": "Thinking.", "thought": True}, {"text": "Let me see.", "thoughtSignature": "dGV4dA=="},
        {"functionCall": {"name": "f"}, "thoughtSignature": "Y2FsbA=="},
    )["message"]  # fmt: skip
    assert message["reasoning_content"] == "Thinking."
    assert message["content"] == "Let me see."
    assert message["extra_content"] == {"google": {"thought_signature": "dGV4dA=="}}
    assert message["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "Y2FsbA=="}}
    assert message["thinking_blocks"] == [
        {"type": "thinking", "thinking": "Thinking.", "signature": "google.0.Y2FsbA=="}
    ]


def test_thoughts_are_never_inside_the_text() -> None:
    message = answered({"text": "Hm", "thought": True}, {"text": "A"}, {"text": "B"})["message"]
    assert (message["content"], message["reasoning_content"]) == ("AB", "Hm")


def test_pictures_speech_and_code() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    message = answered(
        {"inlineData": {"mimeType": "image/png", "data": "QQ=="}, "thoughtSignature": "cw=="}, code,
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "Qg=="}, "audioTranscription": {"text": "B"}},
    )["message"]  # fmt: skip
    assert message["images"] == [
        {
            "type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="},
            "extra_content": {"google": {"thought_signature": "cw=="}},
        }
    ]  # fmt: skip
    assert message["native_blocks"] == [{"dialect": "gemini", "block": code, "at": 0}]
    audio = message["audio"]
    assert (audio["data"], audio["transcript"], audio["mime_type"]) == ("Qg==", "B", "audio/L16;rate=24000")


def test_sources_are_annotations_counted_in_characters() -> None:
    text = "Ünï: fact."
    grounding = {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}, {"web": {"uri": "https://b.example"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 6, "endIndex": len(text.encode())}, "groundingChunkIndices": [0, 9]}
        ],
        "webSearchQueries": ["q"],
    }
    choice = answered({"text": text}, groundingMetadata=grounding)
    first, second = (one["url_citation"] for one in choice["message"]["annotations"])
    assert first == {"url": "https://a.example", "title": "A", "start_index": 4, "end_index": len(text)}
    assert second["url"] == "https://b.example"
    assert choice["extra_content"]["google"]["groundingMetadata"] == grounding


def test_log_probabilities() -> None:
    result = {
        "chosenCandidates": [{"token": "é", "logProbability": -0.5}],
        "topCandidates": [{"candidates": [{"token": "e", "logProbability": -1.5}]}],
    }
    top = [{"token": "e", "logprob": -1.5, "bytes": [101]}]
    assert answered({"text": "é"}, logprobsResult=result)["logprobs"] == {
        "content": [{"token": "é", "logprob": -0.5, "bytes": [195, 169], "top_logprobs": top}], "refusal": None
    }  # fmt: skip


def test_several_candidates_are_choices() -> None:
    candidates = [{"content": {"parts": [{"text": t}]}, "finishReason": "STOP", "index": i} for i, t in enumerate("AB")]
    chat = adapter().parse(orjson.dumps({"candidates": candidates})).chat
    assert chat is not None
    assert [(c["index"], c["message"]["content"]) for c in chat["choices"]] == [(0, "A"), (1, "B")]


def test_when_it_was_made_is_read_from_its_id() -> None:
    body = {"candidates": [{"finishReason": "STOP"}], "responseId": "1lpeaM2zA_H_2PgPh_z--AY", "modelVersion": "m-1"}
    chat = adapter().parse(orjson.dumps(body)).chat
    assert chat is not None
    assert (chat["created"], chat["model"]) == (1751014102, "m-1")  # recorded with createTime 2025-06-27T08:48:22
    assert adapter().parse(b'{"candidates":[{}],"responseId":"x"}').chat["created"] == 0  # type: ignore[index]


@pytest.mark.parametrize("make", [adapter, straight])
def test_a_blocked_prompt_is_an_error(make: Any) -> None:
    body = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}
    made = make()
    with pytest.raises(UpstreamError) as caught:
        made.parse(orjson.dumps(body))
    assert (caught.value.kind, caught.value.code) == (ErrorKind.CONTENT_FILTER, "SAFETY")


def test_an_answer_of_thoughts_alone_is_an_answer() -> None:
    made = adapter()
    chat = made.parse(b'{"usageMetadata":{"promptTokenCount":4,"thoughtsTokenCount":9,"totalTokenCount":13}}').chat
    assert chat is not None and chat["choices"][0]["message"]["content"] is None
    assert made.usage.reasoning_tokens == 9


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b"{}", b'{"candidates":[]}', b'{"candidates":7}'])
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        adapter().parse(body)
    assert caught.value.kind is ErrorKind.SERVER


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_odd_answers_are_read_or_refused(data: st.DataObject) -> None:
    odd = st.recursive(
        ANYTHING, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner, max_size=4)
    )
    made = adapter()
    body = json.dumps(data.draw(st.dictionaries(st.sampled_from(KNOWN), odd))).encode()
    with suppress(UpstreamError):
        json.dumps(made.parse(body).chat)
    made.estimate()


def test_a_tool_that_takes_a_text_gets_one() -> None:
    tools = [{"type": "custom", "custom": {"name": "run"}}]
    made = adapter(call_of({**PROMPT, "tools": tools}))
    part = {"functionCall": {"name": "run", "args": {"input": "ls"}}}
    chat = made.parse(orjson.dumps({"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]})).chat
    assert chat is not None
    call = chat["choices"][0]["message"]["tool_calls"][0]
    assert (call["type"], call["custom"]) == ("custom", {"name": "run", "input": "ls"})


# B8
def test_usage_agrees_with_the_golden_ones() -> None:
    for recorded in everything():
        raw = pick(recorded.usage or {}, "usageMetadata", recorded.usage or {})
        usage = usage_from_google(raw)
        total = raw.get("totalTokenCount")
        if total is not None:
            assert usage.input_tokens + usage.output_tokens == total, name(recorded)


def test_errors_are_recorded_too() -> None:
    assert {one.status for one in cassettes.kept() if one.provider in ("gemini", "vertex")} == {200, 404, 429}
