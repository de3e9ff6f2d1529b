"""What a healthy server of Anthropic's Messages API says, and how it words errors."""

import json
from collections.abc import Sequence
from typing import Any

from tests.upstream.replies import TEXT, WORDS
from tests.upstream.reply import Reply

Json = dict[str, Any]

COUNTED = 14
# 700 tokens of input, 300 of them read from a cache and 100 written to it.
USAGE: Json = {
    "input_tokens": 300,
    "cache_read_input_tokens": 300,
    "cache_creation_input_tokens": 100,
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
    "output_tokens": 200,
}
_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error",
    413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


async def answer(body: Json, reply: Reply, *words: str) -> None:
    """A message, whole or streamed."""
    if body.get("stream"):
        await stream(events(body, words or WORDS), reply)
    else:
        await reply.json(200, whole(body, "".join(words) or TEXT))


async def stream(events: list[Json], reply: Reply) -> None:
    """Events under their names."""
    for event in events:
        await reply.raw(f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode())


def whole(body: Json, text: str = TEXT) -> Json:
    """A whole message."""
    return {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
    }


def events(body: Json, words: Sequence[str] = WORDS) -> list[Json]:
    """The same as the events of a stream."""
    begun = {**whole(body), "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}}
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}} for word in words),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": USAGE["output_tokens"]}},
        {"type": "message_stop"},
    ]


def calling(body: Json, name: str, pieces: Sequence[str]) -> list[Json]:
    """The events of a stream that calls a tool."""
    begun, *_, ended, stopped = events(body)
    block = {"type": "tool_use", "id": "toolu_fake", "name": name, "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return [
        begun,
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {**ended, "delta": {"stop_reason": "tool_use", "stop_sequence": None}},
        stopped,
    ]


def error(status: int, key: str = "") -> Json:
    """An error body that quotes the caller's key in full."""
    fields = {"type": _TYPES.get(status, "api_error"), "message": f"Upstream says {status}. Key used: {key}"}
    return {"type": "error", "error": fields, "request_id": "req_upstream"}
