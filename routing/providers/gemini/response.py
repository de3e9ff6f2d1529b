"""Google's whole answers → the internal form."""

import base64
from typing import Any

from routing.providers.gemini.candidate import CandidateReader
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.gemini import dicts, pick

_FIRST, _LAST = 1_600_000_000, 4_000_000_000  # seconds since the epoch that an answer may have been made at


def parsed(body: bytes) -> Json:
    """The answer's object. Raises `UpstreamError` (SERVER) for what is no answer, (CONTENT_FILTER) for a refusal."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    if not isinstance(data, dict):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    return data


def checked(data: Json) -> Json:
    """Raises `UpstreamError` for an answer without candidates: the prompt was blocked, or it is no answer at all."""
    if isinstance(data.get("candidates"), list) and data["candidates"]:
        return data
    refusal = blocked(data)
    if refusal is not None:
        raise refusal
    if pick(data, "usageMetadata") is None:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    return data  # it thought until its tokens were used up, and said nothing


def blocked(data: Json) -> UpstreamError | None:
    """What it means that Google would not read the prompt; None if it did.

    https://ai.google.dev/api/generate-content#PromptFeedback
    """
    feedback = pick(data, "promptFeedback")
    reason = pick(feedback, "blockReason") if isinstance(feedback, dict) else None
    if not reason:
        return None
    said = pick(feedback, "blockReasonMessage")
    message = f"Google blocked the prompt: {said if isinstance(said, str) else reason}."
    return UpstreamError(ErrorKind.CONTENT_FILTER, message, 200, code=str(reason))


def frame(data: Json, model: str) -> Json:
    """What surrounds the choices."""
    version, response_id = pick(data, "modelVersion"), response_id_of(data)
    named = version if isinstance(version, str) and version else model
    return {"id": response_id or "gemini", "created": _made_at(response_id), "model": named}


def response_id_of(data: Json) -> str:
    found = pick(data, "responseId")
    return found if isinstance(found, str) else ""


def chat_of(data: Json, model: str, custom: frozenset[str]) -> Json:
    """A whole answer in the internal form. ``custom``: the caller's tools that take a text."""
    choices = []
    for place, candidate in enumerate(dicts(data.get("candidates")) or [{}]):
        choice = CandidateReader(response_id_of(data), custom, whole=True).choice(candidate)
        message = {"role": "assistant", "content": None, **choice.pop("delta")}
        for call in message.get("tool_calls", ()):
            del call["index"]
        reason = choice.pop("finish_reason") or "stop"
        index = candidate.get("index")
        choices.append({"index": index if type(index) is int else place, "message": message, "finish_reason": reason,
                        "logprobs": None, **choice})  # fmt: skip
    return {**frame(data, model), "object": "chat.completion", "choices": choices}


def _made_at(response_id: str) -> int:
    """Google does not say when, but its ids begin with the time; 0 if this one does not."""
    try:
        start = base64.urlsafe_b64decode(response_id[:8])[:4]
    except ValueError:
        return 0
    seconds = int.from_bytes(start, "little")
    return seconds if _FIRST < seconds < _LAST else 0


def searches_in(data: Json, counted_once: bool) -> int:
    """Searches of the web that are charged: each query, or one for all of them, as older models have it."""
    queries = 0
    for candidate in dicts(data.get("candidates")):
        grounding: Any = pick(candidate, "groundingMetadata")
        found = pick(grounding, "webSearchQueries") if isinstance(grounding, dict) else None
        queries += len(found) if isinstance(found, list) else 0
    return min(queries, 1) if counted_once else queries
