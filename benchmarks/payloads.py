"""What travels in every benchmark: one realistic chat request and its answers, built once as bytes.

The answers are OpenAI's and, for what is translated, the same in Anthropic's dialect.
"""

import json

MODEL = "gpt-4o-mini"
TRANSLATED = "claude-haiku-4-5"  # the route whose provider speaks Anthropic's dialect
CHUNKS = 100  # content chunks of one streamed answer
GAP = 0.02  # seconds between two of them

_ID = "chatcmpl-BenchAbCdEfGhIjKlMnOpQrStUv"
_CREATED = 1_763_800_000
_USAGE = {
    "prompt_tokens": 58,
    "completion_tokens": CHUNKS,
    "total_tokens": 58 + CHUNKS,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
_WORDS = ["The", " gateway", " answers", " quickly", " and", " keeps", " its", " books", " in", " order"]


def request_body(*, stream: bool, model: str = MODEL) -> bytes:
    """One small chat request, as an SDK would send it: without `include_usage`, as most clients do."""
    body: dict[str, object] = {
        "model": model,
        "messages": [
            {"role": "system", "content": "You are a careful assistant. Answer in one short paragraph. " * 3},
            {"role": "user", "content": "Which of our services should move first, and why? " * 4},
        ],
        "temperature": 0.2,
        "max_tokens": 256,
    }
    if stream:
        body["stream"] = True
    return json.dumps(body).encode()


def whole_answer() -> bytes:
    """A whole answer of about 700 bytes."""
    message = {"role": "assistant", "content": "".join(_WORDS) * 4, "refusal": None}
    return _compact(
        {
            "id": _ID,
            "object": "chat.completion",
            "created": _CREATED,
            "model": f"{MODEL}-2024-07-18",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": _USAGE,
            "system_fingerprint": "fp_bench00001",
        }
    )


def stream_events(*, usage: bool) -> list[bytes]:
    """The events of a streamed answer: content, finish reason, the usage chunk when asked for, [DONE]."""
    deltas: list[dict[str, str]] = [{"content": _WORDS[n % len(_WORDS)]} for n in range(CHUNKS)]
    deltas[0]["role"] = "assistant"
    events = [_event([_choice(delta, None)]) for delta in deltas]
    events.append(_event([_choice({}, "stop")]))
    if usage:
        events.append(_event([], usage=_USAGE))
    return [*events, b"data: [DONE]\n\n"]


def whole_message() -> bytes:
    """The whole answer in Anthropic's dialect."""
    content = [{"type": "text", "text": "".join(_WORDS) * 4}]
    return _compact({**_message(), "content": content, "stop_reason": "end_turn"})


def message_events() -> list[bytes]:
    """The streamed answer in Anthropic's dialect; what precedes the first delta is one with it."""
    deltas = [
        _named("content_block_delta", index=0, delta={"type": "text_delta", "text": _WORDS[n % len(_WORDS)]})
        for n in range(CHUNKS)
    ]
    begin = _named("message_start", message=_message()) + _named(
        "content_block_start", index=0, content_block={"type": "text", "text": ""}
    )
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    return [
        begin + deltas[0],
        *deltas[1:],
        _named("content_block_stop", index=0),
        _named("message_delta", delta=ended, usage={"output_tokens": CHUNKS}),
        _named("message_stop"),
    ]


def _message() -> dict[str, object]:
    usage = {"input_tokens": 58, "cache_read_input_tokens": 0, "output_tokens": CHUNKS}
    frame = {"id": "msg_01BenchAbCdEfGhIjKlMnOp", "type": "message", "role": "assistant", "model": TRANSLATED}
    return {**frame, "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}


def _named(kind: str, **fields: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), _compact({"type": kind, **fields}))


def _choice(delta: dict[str, str], finish_reason: str | None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _event(choices: list[dict[str, object]], **extra: object) -> bytes:
    chunk = {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": f"{MODEL}-2024-07-18",
        "choices": choices,
        **extra,
    }
    return b"data: " + _compact(chunk) + b"\n\n"


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
