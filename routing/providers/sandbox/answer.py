"""The sandbox's answers: HTTP status, headers, and pieces of body with the pause before each."""

import base64
import hashlib
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from routing.providers.sandbox.judge import judged, ranked
from routing.providers.sandbox.script import Script, read_script
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, Outgoing, UpstreamError
from routing.wire.sse import encode
from routing.wire.tokens import count, text_of

CREATED = 1_700_000_000  # the same answer to the same request, always
EMBEDDING_SIZE = 64
_WORD = re.compile(r"\S+\s*|\s+")


MOST_INPUTS = 2048  # as at OpenAI


@dataclass(frozen=True, slots=True)
class SandboxAnswer:
    status: int
    latency: float  # seconds before the head
    pieces: Iterable[tuple[float, bytes]]  # seconds to wait, then bytes; a long stream is made as it is read
    headers: dict[str, str] = field(default_factory=dict)
    broken: bool = False  # the connection breaks after the last piece


def answer(outgoing: Outgoing) -> SandboxAnswer:
    """Answer a request built by the OpenAI-compatible adapter. A bad script is answered with 400."""
    body: Json = json_text.read(outgoing.body)
    try:
        script = read_script(body)
        if script.status >= 400:
            return _failed(script)
        if outgoing.path in _OTHERS:
            return _whole(script, _OTHERS[outgoing.path](body, script))
    except UpstreamError as error:
        return _failed(Script(status=400, error_message=error.message, error_code="invalid_request_error"))
    return _stream(body, script) if body.get("stream") else _whole(script, _completion(body, script))


def _whole(script: Script, data: Json, headers: dict[str, str] | None = None) -> SandboxAnswer:
    return SandboxAnswer(script.status, script.latency / 1000, [(0, json_text.write(data))], headers or {})


def _failed(script: Script) -> SandboxAnswer:
    error = {"message": script.error_message, "type": "sandbox_error", "code": script.error_code, "param": None}
    return _whole(script, {"error": error}, {"retry-after": str(script.retry_after)} if script.retry_after else {})


def _completion(body: Json, script: Script) -> Json:
    message: Json = {"role": "assistant", "content": None if script.tool_calls else _text(body, script)}
    if script.tool_calls:
        message["tool_calls"] = _tool_calls(script)
    choice = {"index": 0, "message": message, "finish_reason": _finish(script), "logprobs": None}
    completion = {**_frame(body, "chat.completion"), "choices": [choice]}
    return {**completion, "usage": _usage(body, script)} if script.usage else completion


def _stream(body: Json, script: Script) -> SandboxAnswer:
    payloads = (encode(payload) for payload in chain(map(json_text.write, _chunks(body, script)), [b"[DONE]"]))
    pieces = ((script.chunk_delay / 1000, payload) for payload in islice(payloads, script.cut_after))
    headers = {"content-type": "text/event-stream"}
    return SandboxAnswer(script.status, script.latency / 1000, pieces, headers, script.cut_after is not None)


def _chunks(body: Json, script: Script) -> Iterator[Json]:
    frame = _frame(body, "chat.completion.chunk")
    yield {**frame, "choices": [_delta({"role": "assistant", "content": ""}, None)]}
    for index, call in enumerate(_tool_calls(script)):
        yield {**frame, "choices": [_delta({"tool_calls": [{"index": index, **call}]}, None)]}
    if not script.tool_calls:
        for word in _WORD.finditer(_text(body, script)):
            yield {**frame, "choices": [_delta({"content": word[0]}, None)]}
    yield {**frame, "choices": [_delta({}, _finish(script))]}
    if script.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield {**frame, "choices": [], "usage": _usage(body, script)}


def _delta(delta: Json, finish: str | None) -> Json:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _frame(body: Json, kind: str) -> Json:
    digest = hashlib.sha256(json_text.write(body.get("messages"))).hexdigest()
    return {"id": f"chatcmpl-sandbox-{digest[:16]}", "object": kind, "created": CREATED, "model": body.get("model")}


def _text(body: Json, script: Script) -> str:
    if script.text is not None:
        return script.text
    said = [m for m in body.get("messages") or [] if isinstance(m, dict) and m.get("role") == "user"]
    return f"The sandbox heard: {text_of(said[-1].get('content'))}" if said else "The sandbox heard nothing."


def _tool_calls(script: Script) -> list[Json]:
    return [
        {"id": f"call_{i}", "type": "function", "function": {"name": c.get("name", "tool"), "arguments": _arguments(c)}}
        for i, c in enumerate(script.tool_calls)
    ]


def _arguments(call: Json) -> str:
    arguments: Any = call.get("arguments", {})
    return arguments if isinstance(arguments, str) else json_text.write(arguments).decode()


def _finish(script: Script) -> str:
    return "tool_calls" if script.tool_calls else "stop"


def _usage(body: Json, script: Script) -> Json:
    said = (
        count(text_of(body.get("messages") or body.get("input")))
        if script.input_tokens is None
        else script.input_tokens
    )
    wrote = script.output_tokens
    if wrote is None:
        wrote = count(text_of(_tool_calls(script)) if script.tool_calls else _text(body, script))
    return {"prompt_tokens": said, "completion_tokens": wrote, "total_tokens": said + wrote}


def _embeddings(body: Json, script: Script) -> Json:
    raw, encoding = body.get("input"), body.get("encoding_format")
    inputs = raw if isinstance(raw, list) and not all(isinstance(item, int) for item in raw) else [raw]
    if len(inputs) > MOST_INPUTS:
        raise UpstreamError(ErrorKind.BAD_REQUEST, f"input has more than {MOST_INPUTS} items.", 400, param="input")
    data = [
        {"object": "embedding", "index": i, "embedding": _embedding(item, encoding)} for i, item in enumerate(inputs)
    ]
    usage = _usage(body, script)
    used = {"prompt_tokens": usage["prompt_tokens"], "total_tokens": usage["prompt_tokens"]}
    return {"object": "list", "model": body.get("model"), "data": data, "usage": used}


_OTHERS = {"/embeddings": _embeddings, "/moderations": judged, "/rerank": ranked}


def _embedding(item: Any, encoding: Any) -> list[float] | str:
    digest = hashlib.shake_256(json_text.write(item)).digest(EMBEDDING_SIZE)
    floats = [byte / 127.5 - 1 for byte in digest]
    return base64.b64encode(struct.pack(f"<{EMBEDDING_SIZE}f", *floats)).decode() if encoding == "base64" else floats
