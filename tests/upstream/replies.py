"""What a healthy OpenAI-compatible provider says: whole answers, stream chunks, embeddings, errors."""

import base64
import struct
from typing import Any

Json = dict[str, Any]

WORDS = ("Hello", " from", " the", " fake", " upstream", " — ünïcode", " ✓")
TEXT = "".join(WORDS)
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


def word_chunks(body: Json) -> list[Json]:
    """The role, then a word a chunk; no end."""
    role = chunk(body, {"role": "assistant", "content": ""})
    return [role, *(chunk(body, {"content": word}) for word in WORDS)]


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
    kinds = {401: "authentication_error", 429: "rate_limit_error", 400: "invalid_request_error"}
    return {
        "error": {
            "message": f"Upstream says {status}. Key used: {key}",
            "type": kinds.get(status, "server_error"),
            "param": None,
            "code": f"upstream_{status}",
        }
    }
