"""What a healthy OpenAI-compatible provider says: whole answers, stream chunks, embeddings, errors."""

import base64
import struct
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

WORDS = ("Hello", " from", " the", " fake", " upstream", " — ünïcode", " ✓")
TEXT = "".join(WORDS)
CALLED = ('{"input": "*** Begin', " Patch\\n+ünïcode\\n*** End", ' Patch"}')  # what `calls` gives a tool
JSON = ('{"city": "Oslo",', ' "people": 7}')  # what `json` says
USAGE: Json = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 300},
    "completion_tokens_details": {"reasoning_tokens": 120},
}


def whole(body: Json, usage: Json | None = USAGE, text: str = TEXT) -> Json:
    """A whole chat completion."""
    answer: Json = {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body.get("model"),
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    }
    return answer if usage is None else {**answer, "usage": usage}


def chunk(body: Json, delta: Json, finish_reason: str | None = None) -> Json:
    """One chunk of a streamed chat completion."""
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": body.get("model"),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


def word_chunks(body: Json, words: Sequence[str] = WORDS) -> list[Json]:
    """The role, then a word a chunk; no end."""
    role = chunk(body, {"role": "assistant", "content": ""})
    return [role, *(chunk(body, {"content": word}) for word in words)]


def calling_chunks(body: Json, name: str, pieces: Sequence[str]) -> list[Json]:
    """A stream that calls a tool, up to its usage."""
    call = {"index": 0, "id": "call_fake", "type": "function", "function": {"name": name, "arguments": ""}}
    more = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    deltas: list[Json] = [{"role": "assistant", "content": None, "tool_calls": [call]}, *more]
    return [*(chunk(body, delta) for delta in deltas), chunk(body, {}, finish_reason="tool_calls")]


def ending(body: Json, usage: Json | None = USAGE) -> list[Json]:
    """The finish reason, then the usage chunk where the request asked for one."""
    chunks = [chunk(body, {}, finish_reason="stop")]
    asked = (body.get("stream_options") or {}).get("include_usage")
    if asked and usage is not None:
        chunks.append({**chunk(body, {}), "choices": [], "usage": usage})
    return chunks


def embeddings(body: Json) -> Json:
    """Small vectors, as floats or as the base64 that the official SDK asks for."""
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vector = [0.5, -0.25, 1.0]
    packed = base64.b64encode(struct.pack("<3f", *vector)).decode()
    embedding = packed if body.get("encoding_format") == "base64" else vector
    return {
        "object": "list",
        "model": body.get("model"),
        "data": [{"object": "embedding", "index": i, "embedding": embedding} for i in range(len(inputs))],
        "usage": {"prompt_tokens": 8 * len(inputs), "total_tokens": 8 * len(inputs)},
    }


def error(status: int, key: str = "") -> Json:
    """An error body that quotes the caller's key in full, as careless providers do."""
    kinds = {
        400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error",
    }  # fmt: skip
    return {
        "error": {
            "message": f"Upstream says {status}. Key used: {key}",
            "type": kinds.get(status, "server_error"),
            "param": None,
            "code": f"upstream_{status}",
        }
    }


def response(body: Json, response_id: str) -> Json:
    """A whole answer of the Responses API."""
    text = {"type": "output_text", "text": TEXT, "annotations": [], "logprobs": []}
    message = {"type": "message", "id": f"msg_of_{response_id}", "role": "assistant", "status": "completed"}
    usage = {"input_tokens": 1000, "output_tokens": 200, "total_tokens": 1200}
    details = {"input_tokens_details": {"cached_tokens": 300}, "output_tokens_details": {"reasoning_tokens": 120}}
    return {
        "id": response_id,
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "model": body.get("model"),
        "output": [{**message, "content": [text]}],
        "store": body.get("store") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "usage": {**usage, **details},
        **dict.fromkeys(("error", "incomplete_details", "instructions", "metadata")),
        **{"parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto", "tools": []},
    }


def response_events(whole: Json) -> list[Json]:
    """The same as the events of a stream."""
    [message] = whole["output"]
    [part] = message["content"]
    place = {"item_id": message["id"], "output_index": 0, "content_index": 0}
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": {**message, "content": []}},
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in WORDS),
        {"type": "response.output_text.done", **place, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": message},
        {"type": "response.completed", "response": whole},
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]
