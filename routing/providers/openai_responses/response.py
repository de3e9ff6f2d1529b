"""Whole answers: read, and put into the internal form for callers of other dialects."""

from typing import Any

from billing.dataplane.usage import Usage, usage_from_openai
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.openai_errors import error_from_object
from routing.wire.responses import DIALECT, FINISH_OF_REASON, as_arguments, objects, signature_of


def parse(body: bytes) -> Json:
    """A Response object. Raises `UpstreamError` for what is none, or failed, though its status was 200."""
    data = object_in(body)
    if not isinstance(data.get("output"), list) or data.get("status") == "failed":
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    return data


def object_in(body: bytes) -> Json:
    """A JSON object without an error in it. Raises `UpstreamError`."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    if isinstance(data, dict) and data.get("error"):
        raise error_from_object(data["error"], 200)
    if not isinstance(data, dict):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    return data


def usage_of(response: Json) -> Usage:
    """The counts in a Response; searches of the web are told beside the tokens."""
    raw = response.get("usage")
    if raw is None:
        return Usage()
    usage = usage_from_openai(raw)
    searches = _searches(response)
    if not usage.absurd and 0 < searches < 10_000:
        usage.searches = searches
    return usage


def _searches(response: Json) -> int:
    used: Any = response.get("tool_usage")
    web = used.get("web_search") if isinstance(used, dict) else None
    told = web.get("num_requests") if isinstance(web, dict) else None
    if isinstance(told, int):
        return told
    calls = [item for item in objects(response.get("output")) if item.get("type") == "web_search_call"]
    return len([call for call in calls if _action(call) in (None, "search")])


def _action(call: Json) -> Any:
    action = call.get("action")
    return action.get("type") if isinstance(action, dict) else None


def to_chat(response: Json, custom: frozenset[str] = frozenset()) -> Json:
    """The internal form of an answer. ``custom``: the tools that the caller itself calls so."""
    message, logprobs = _message(objects(response.get("output")), custom)
    finish = finish_of(response, bool(message.get("tool_calls")))
    choice = {"index": 0, "message": message, "logprobs": logprobs, "finish_reason": finish}
    chat = {
        "id": response.get("id"),
        "object": "chat.completion",
        "created": int(response["created_at"]) if isinstance(response.get("created_at"), int | float) else 0,
        "model": response.get("model"),
        "choices": [choice],
    }
    return {**chat, "service_tier": response["service_tier"]} if response.get("service_tier") else chat


def finish_of(response: Json, called: bool) -> str:
    """Why it ended, in a chat's words."""
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    if isinstance(reason, str):
        return FINISH_OF_REASON.get(reason, "length")
    return "tool_calls" if called else "stop"


def _message(output: list[Json], custom: frozenset[str]) -> tuple[Json, Json | None]:
    message: Json = {"role": "assistant", "content": None, "refusal": None}
    texts: list[str] = []
    probabilities: list[Json] = []
    for item in output:
        kind = item.get("type")
        if kind == "message":
            for part in objects(item.get("content")):
                _take_part(message, part, texts)
                probabilities += objects(part.get("logprobs"))
        elif kind == "reasoning":
            take_thoughts(message, item)
        elif (call := call_of(item, custom)) is not None:
            message.setdefault("tool_calls", []).append(call)
        else:
            message.setdefault("native_blocks", []).append({"dialect": DIALECT, "block": item})
    if texts:
        message["content"] = "".join(texts)
    return message, {"content": probabilities, "refusal": None} if probabilities else None


def _take_part(message: Json, part: Json, texts: list[str]) -> None:
    if isinstance(part.get("text"), str):
        before = sum(map(len, texts))
        texts.append(part["text"])
        for annotation in objects(part.get("annotations")):
            if (said := annotation_of(annotation, before)) is not None:
                message.setdefault("annotations", []).append(said)
    elif isinstance(part.get("refusal"), str):
        message["refusal"] = (message["refusal"] or "") + part["refusal"]


def take_thoughts(message: Json, item: Json) -> None:
    """Add a reasoning item's text and signature to a message."""
    text = thoughts_of(item)
    if text:
        message["reasoning_content"] = "\n\n".join(filter(None, [message.get("reasoning_content"), text]))
    if item.get("encrypted_content"):
        block = {"type": "thinking", "thinking": text, "signature": signature_of(item)}
        message.setdefault("thinking_blocks", []).append(block)


def thoughts_of(item: Json) -> str:
    """A reasoning item's text: the thoughts themselves where they are shown, else their summary."""
    said = [part.get("text") for part in objects(item.get("content")) or objects(item.get("summary"))]
    return "\n\n".join(text for text in said if isinstance(text, str) and text)


def call_of(item: Json, custom: frozenset[str]) -> Json | None:
    """A function's or custom tool's call; None for any other item.

    A custom tool is a function with one text to callers who do not know it as custom.
    """
    name = item.get("name")
    if item.get("type") == "function_call":
        function = {"name": name, "arguments": _written(item.get("arguments"))}
        return {"id": item.get("call_id"), "type": "function", "function": function}
    if item.get("type") == "custom_tool_call":
        text = _written(item.get("input"))
        if isinstance(name, str) and name in custom:
            return {"id": item.get("call_id"), "type": "custom", "custom": {"name": name, "input": text}}
        return {
            "id": item.get("call_id"),
            "type": "function",
            "function": {"name": name, "arguments": as_arguments(text)},
        }
    return None


def _written(value: Any) -> str:
    """Arguments as text; some send them as an object."""
    return value if isinstance(value, str) else json_text.write(value).decode() if value else ""


def annotation_of(annotation: Json, offset: int = 0) -> Json | None:
    """A citation of the web, its place counted from the beginning of the message; None for any other."""
    if annotation.get("type") != "url_citation":
        return None
    fields = {name: value for name, value in annotation.items() if name != "type"}
    for place in ("start_index", "end_index"):
        if isinstance(fields.get(place), int):
            fields[place] += offset
    return {"type": "url_citation", "url_citation": fields}
