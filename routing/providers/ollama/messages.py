"""Messages of the internal form → Ollama's: a text each, and pictures beside it."""

from typing import Any

from routing.wire import json_text
from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.reading import object_in, objects_in, refused, text_in

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


def written(messages: Any, warnings: list[str]) -> list[Json]:
    """All of them, in order. Raises `UpstreamError` (UNSUPPORTED) for content that would be lost."""
    called: dict[str, str] = {}  # names of the tools, by the ids of their calls
    return [_message(message, called, warnings) for message in objects_in(messages)]


def _message(message: Json, called: dict[str, str], warnings: list[str]) -> Json:
    role = _ROLES.get(text_in(message.get("role")), "user")
    texts, images = _parts(message.get("content") or message.get("refusal"), warnings)
    said: Json = {"role": role, "content": "\n".join(texts)}
    if images:
        said["images"] = images
    if role == "assistant":
        said |= _assistant(message, called)
    elif role == "tool":
        name = text_in(message.get("tool_call_id"))
        said |= {"tool_name": called.get(name, text_in(message.get("name"))), "tool_call_id": name}
        if message.get("is_error"):
            warnings.append("Left out: the mark that a tool failed.")
    return said


def _assistant(message: Json, called: dict[str, str]) -> Json:
    said: Json = {}
    if thoughts := text_in(message.get("reasoning_content")):
        said["thinking"] = thoughts
    calls = objects_in(message.get("tool_calls"))
    if calls:
        said["tool_calls"] = [_call(call, called) for call in calls]
    return said


def _call(call: Json, called: dict[str, str]) -> Json:
    function = object_in(call.get("function"))
    name = text_in(function.get("name"))
    called[text_in(call.get("id"))] = name
    try:
        arguments = json_text.read(text_in(function.get("arguments")).encode() or b"{}")
    except json_text.InvalidJson:
        arguments = None
    if not isinstance(arguments, dict):
        raise refused(f"The arguments of the call of '{name}' are no JSON object.", "messages")
    return {"id": text_in(call.get("id")), "function": {"name": name, "arguments": arguments}}


def _parts(content: Any, warnings: list[str]) -> tuple[list[str], list[str]]:
    texts, images = [], []
    for part in parts_of(content):
        kind = part.get("type")
        if "cache_control" in part:
            warnings.append("Left out: 'cache_control'.")
        if kind in ("text", "refusal") or (kind == "native" and part.get("text")):
            texts.append(text_in(part.get("refusal" if kind == "refusal" else "text")))
        elif kind == "native":
            warnings.append(f"Left out: a part that only {part.get('dialect')} knows.")
        else:
            images.append(_image(part))
    return texts, images


def _image(part: Json) -> str:
    """A picture in base64."""
    given = object_in(part.get("image_url")).get("url") or object_in(part.get("file")).get("file_data")
    head, comma, data = text_in(given).partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise refused("Ollama takes texts, and pictures as data.", "messages")
    return data
