"""Answers in Google's words: its own SDK reads them."""

from typing import Any

import orjson
import pytest
from google.genai import types

from billing.dataplane.usage import Usage
from routing.wire.contract import Call, Json
from routing.wire.dialects.gemini import GEMINI, GEMINI_ARRAY
from routing.wire.dialects.gemini.signatures import block_in, signature_of
from routing.wire.failure import GatewayError
from routing.wire.gemini import usage_from_google, usage_metadata
from tests.routing.providers.gemini.exchanges import PROMPT
from tests.routing.providers.gemini.sdk import check_answer

USAGE = Usage(input_tokens=10, cached_input_tokens=4, output_tokens=7, reasoning_tokens=2, source="provider")
CLAUDE = {"type": "thinking", "thinking": "Hm", "signature": "EqQBCkYIBRgCKkD+/="}


def call_of(operation: str = "chat") -> Call:
    return Call(operation, "gemini", PROMPT, "route")


def told(message: Json, finish: str = "stop", **choice: Any) -> types.Candidate:
    """What Google's SDK hands to its users."""
    chat = {"id": "x", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": finish, **choice}]}
    candidates = check_answer(GEMINI.answer(chat, USAGE, call_of())).candidates
    assert candidates is not None and len(candidates) == 1
    return candidates[0]


def parts(message: Json) -> list[types.Part]:
    content = told(message).content
    assert content is not None
    return content.parts or []


def test_a_text() -> None:
    answer = check_answer(
        GEMINI.answer({"id": "x", "model": "m", "choices": [{"message": {"content": "Hi"}}]}, USAGE, call_of())
    )
    assert (answer.text, answer.model_version, answer.response_id) == ("Hi", "m", "x")
    assert answer.usage_metadata is not None
    counts = answer.usage_metadata
    assert (counts.prompt_token_count, counts.cached_content_token_count) == (10, 4)
    assert (counts.candidates_token_count, counts.thoughts_token_count, counts.total_token_count) == (5, 2, 17)


@pytest.mark.parametrize(
    ("finish", "native", "reason"),
    [
        ("stop", None, "STOP"), ("tool_calls", "tool_use", "STOP"), ("length", "max_tokens", "MAX_TOKENS"),
        ("content_filter", None, "SAFETY"), ("content_filter", "RECITATION", "RECITATION"), ("eos", None, "STOP"),
    ],
)  # fmt: skip
def test_why_it_ended(finish: str, native: str | None, reason: str) -> None:
    assert told({"content": "x"}, finish, native_finish_reason=native).finish_reason == types.FinishReason(reason)


def test_calls() -> None:
    tool_calls = [
        {"id": "c1", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "c2", "function": {"name": "g", "arguments": "oops"}},
        {"id": "c3", "type": "custom", "custom": {"name": "run", "input": "ls"}},
    ]
    called = [part.function_call for part in parts({"content": None, "tool_calls": tool_calls})]
    assert [(c.id, c.name, c.args) for c in called if c] == [
        ("c1", "f", {"a": 1}), ("c2", "g", {"arguments": "oops"}), ("c3", "run", {"input": "ls"})
    ]  # fmt: skip


# B39
def test_claude_s_thoughts_go_out_and_come_back() -> None:
    redacted = {"type": "redacted_thinking", "data": "b3BhcXVl"}
    message = {"content": "A", "reasoning_content": "Hm", "thinking_blocks": [CLAUDE, redacted]}
    content = told(message).content
    assert content is not None
    back = GEMINI.to_chat(
        {"contents": [{"role": "user", "parts": ["Q"]}, orjson.loads(content.model_dump_json(exclude_none=True))]}
    )
    assert back["messages"][1]["thinking_blocks"] == [CLAUDE, redacted]
    assert (back["messages"][1]["content"], back["messages"][1]["reasoning_content"]) == ("A", "Hm")


def test_signatures_of_google_s_own_are_plain() -> None:
    assert signature_of({"type": "thinking", "signature": "google.0.c2ln"}) == "c2ln"
    assert signature_of({"type": "thinking", "thinking": "Hm"}) is None
    assert block_in("c2ln") is None and block_in("no base64!") is None


def test_thoughts_without_a_signature() -> None:
    thought, text = parts({"content": "A", "reasoning_content": "Hm"})
    assert (thought.text, thought.thought, text.text) == ("Hm", True, "A")


def test_pictures_speech_and_google_s_own_blocks() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}
    code = {"executableCode": {"language": "PYTHON", "code": "1"}}
    native = [{"dialect": "gemini", "block": code}, {"dialect": "anthropic_messages", "block": {"type": "x"}}]
    audio = {"data": "QQ==", "transcript": "Hi"}
    own, picture, speech = parts({"content": None, "images": [image], "audio": audio, "native_blocks": native})
    assert own.executable_code is not None and own.executable_code.code == "1"
    assert picture.inline_data is not None and picture.inline_data.data == b"A"
    assert speech.audio_transcription is not None and speech.audio_transcription.text == "Hi"


def test_sources_and_log_probabilities() -> None:
    cited = {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}
    annotations = [{"type": "url_citation", "url_citation": cited}]
    token = {"token": "Hi", "logprob": -0.5, "top_logprobs": [{"token": "Ho", "logprob": -1.0}]}
    candidate = told({"content": "Hi", "annotations": annotations}, logprobs={"content": [token]})
    assert candidate.grounding_metadata is not None and candidate.grounding_metadata.grounding_chunks
    web = candidate.grounding_metadata.grounding_chunks[0].web
    assert web is not None and (web.uri, web.title) == ("https://a.example", "A")
    assert candidate.logprobs_result is not None and candidate.logprobs_result.chosen_candidates
    assert candidate.logprobs_result.chosen_candidates[0].log_probability == -0.5


def test_a_count() -> None:
    assert GEMINI.answer({"input_tokens": 7}, USAGE, call_of("count_tokens")) == {"totalTokens": 7}


# B8
def test_usage_goes_out_as_it_would_come_in() -> None:
    usage = Usage(
        input_tokens=130, cached_input_tokens=40, input_audio_tokens=30, cached_audio_tokens=5, input_image_tokens=10,
        tool_tokens=30, output_tokens=27, reasoning_tokens=7, output_audio_tokens=3, output_image_tokens=12,
        source="provider",
    )  # fmt: skip
    assert usage_from_google(usage_metadata(usage)) == usage


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"),
        (413, "INVALID_ARGUMENT"), (429, "RESOURCE_EXHAUSTED"), (502, "INTERNAL"), (503, "UNAVAILABLE"),
        (504, "DEADLINE_EXCEEDED"),
    ],
)  # fmt: skip
def test_errors(status: int, name: str) -> None:
    error = GEMINI.error(GatewayError(status, "a_code", "Why", "contents", retry_after=2.5), "req_1")["error"]
    assert (error["code"], error["status"], error["message"]) == (status, name, "Why")
    info, violation, retry = error["details"]
    assert (info["reason"], info["metadata"]) == ("A_CODE", {"requestId": "req_1"})
    assert violation["fieldViolations"][0]["field"] == "contents"
    assert retry["retryDelay"] == "2.5s"


def test_errors_in_streams() -> None:
    failure = GatewayError(503, "overloaded", "Why")
    assert GEMINI.stream_error(failure, "r").startswith(b'data: {"error":{"code":503')
    assert orjson.loads(b'[{"a":1}' + GEMINI_ARRAY.stream_error(failure, "r"))[1]["error"]["code"] == 503
