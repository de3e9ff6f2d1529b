"""What stands in Ollama's answers, whole ones and the lines of streams alike."""

import hashlib
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.openai_errors import error_from_object
from routing.wire.reading import no_answer, object_in, objects_in, text_in


def checked(data: Json) -> Json:
    """An answer or a line of one. Raises `UpstreamError` for an error in its place, and for what is neither."""
    if data.get("error"):
        raise error_from_object(data["error"], 200)
    if not isinstance(data.get("message"), dict) and not isinstance(data.get("response"), str):
        raise no_answer("message")
    return data


def delta_of(data: Json, calls: int) -> Json:
    """What an answer or a line says, as a chunk has it. ``calls``: the tools called before."""
    message = object_in(data.get("message"))
    said: Json = {}
    if thoughts := text_in(message.get("thinking")) or text_in(data.get("thinking")):
        said["reasoning_content"] = thoughts
    if text := text_in(message.get("content")) or text_in(data.get("response")):
        said["content"] = text
    made = objects_in(message.get("tool_calls"))
    if made:
        said["tool_calls"] = [_call(call, calls + place, data) for place, call in enumerate(made)]
    return said


def _call(call: Json, number: int, data: Json) -> Json:
    function = object_in(call.get("function"))
    arguments = function.get("arguments")
    try:
        written = arguments if isinstance(arguments, str) else json_text.write(object_in(arguments)).decode()
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is nested too deeply.", 200) from None
    named = {"name": text_in(function.get("name")), "arguments": written}
    return {"index": number, "id": text_in(call.get("id")) or _id(data, number), "type": "function", "function": named}


def _id(data: Json, number: int) -> str:
    """An id for a call that has none: another in each answer, and the same however its bytes are cut."""
    return "call_" + hashlib.sha256(f"{data.get('created_at')} {number}".encode(errors="replace")).hexdigest()[:24]


def finish_of(data: Json, calls: int) -> str:
    if calls:
        return "tool_calls"
    return "length" if data.get("done_reason") == "length" else "stop"


def usage_of(data: Json) -> Usage:
    """The counts at an answer's end. A prompt that was in the cache is not counted: that is "none" then."""
    usage = usage_from_counts({"input_tokens": data.get("prompt_eval_count"), "output_tokens": data.get("eval_count")})
    if not usage.absurd and not _is_count(data.get("prompt_eval_count")):
        usage.source = "none"
    return usage


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value > 0
