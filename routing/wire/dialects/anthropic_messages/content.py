"""Anthropic's messages and content blocks → internal messages and parts."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

from routing.wire.anthropic import DIALECT, THOUGHTS, written
from routing.wire.chat import native_part
from routing.wire.contract import Json
from routing.wire.failure import bad_request
from routing.wire.reading import objects_in, text_in

Warnings = list[str]


def system_content(system: Any, param: str) -> str | list[Json]:
    """A system prompt: a text, or text parts with their cache markers."""
    if system is None or isinstance(system, str):
        return system or ""
    return _joined([_part(block, where) for block, where in _blocks(system, param)])


def to_messages(message: Any, param: str, warnings: Warnings) -> list[Json]:
    """One message → one or more: tool results are messages of their own."""
    role = message.get("role") if isinstance(message, dict) else None
    read = _ROLES.get(role) if isinstance(role, str) else None
    if read is None:
        raise bad_request(f"'{param}.role' must be user, assistant or system.", f"{param}.role")
    content = message.get("content")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    return read(list(_blocks(content, f"{param}.content")), warnings)


def _blocks(content: Any, param: str) -> Iterator[tuple[Json, str]]:
    if not isinstance(content, list):
        raise bad_request(f"'{param}' must be a text or a list of blocks.", param)
    for index, block in enumerate(content):
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            raise bad_request(f"'{param}[{index}]' must be a block with a type.", f"{param}[{index}]")
        yield block, f"{param}[{index}]"


def _user(blocks: list[tuple[Json, str]], warnings: Warnings) -> list[Json]:
    results = [_tool_result(block, where) for block, where in blocks if block["type"] == "tool_result"]
    parts = [_part(block, where) for block, where in blocks if block["type"] != "tool_result"]
    return [*results, {"role": "user", "content": _joined(parts)}] if parts or not results else results


def _system(blocks: list[tuple[Json, str]], warnings: Warnings) -> list[Json]:
    return [{"role": "system", "content": _joined([_part(block, where) for block, where in blocks])}]


def _assistant(blocks: list[tuple[Json, str]], warnings: Warnings) -> list[Json]:
    message: Json = {"role": "assistant"}
    parts: list[Json] = []
    for block, where in blocks:
        if block["type"] == "tool_use":
            message.setdefault("tool_calls", []).append(_tool_call(block, where))
        elif block["type"] in THOUGHTS:
            _think(message, block)
        else:
            if block.get("citations"):
                warnings.append(f"{where}.citations was left out")
            parts.append(_part(block, where))
    message["content"] = (_joined(parts) or None) if "tool_calls" in message else _joined(parts)
    return [message]


def _think(message: Json, block: Json) -> None:
    """Thoughts without a signature are no one's to check: they stay as text."""
    if block["type"] == "thinking":
        message["reasoning_content"] = message.get("reasoning_content", "") + text_in(block.get("thinking"))
        if not block.get("signature"):
            return
    fields = ("type", "thinking", "signature", "data")
    kept = {name: block[name] for name in fields if isinstance(block.get(name), str)}
    message.setdefault("thinking_blocks", []).append(kept)


def _tool_call(block: Json, where: str) -> Json:
    name, arguments = block.get("name"), block.get("input")
    if not isinstance(name, str) or not isinstance(block.get("id"), str):
        raise bad_request(f"'{where}' must have an id and a name.", where)
    try:
        function = {"name": name, "arguments": written(arguments)}
    except ValueError:
        raise bad_request(f"'{where}.input' is nested too deeply.", f"{where}.input") from None
    call = {"id": block["id"], "type": "function", "function": function}
    return _marked(call, block)


def _tool_result(block: Json, where: str) -> Json:
    if not isinstance(block.get("tool_use_id"), str):
        raise bad_request(f"'{where}.tool_use_id' must name a tool use.", f"{where}.tool_use_id")
    content = block.get("content")
    if content is not None and not isinstance(content, str):
        content = _joined([_part(inner, at) for inner, at in _blocks(content, f"{where}.content")])
    message = {"role": "tool", "tool_call_id": block["tool_use_id"], "content": content or ""}
    if block.get("is_error") is True:
        message["is_error"] = True
    return _marked(message, block)


def _part(block: Json, where: str) -> Json:
    """A content part. Blocks that OpenAI has no word for travel as they are, with what they say as text."""
    make = _PARTS.get(block["type"])
    part = make(block, where) if make else _native(block)
    return _marked(part, block)


def _native(block: Json) -> Json:
    return {**native_part(DIALECT, block), "text": "\n".join(_texts(block))}


def _texts(block: Json) -> Iterator[str]:
    """What a search result says, for providers that do not know such blocks."""
    if block["type"] == "search_result":
        yield from (text_in(block.get(name)) for name in ("title", "source"))
        yield from (text_in(inner.get("text")) for inner in objects_in(block.get("content")))


def _text(block: Json, where: str) -> Json:
    if not isinstance(block.get("text"), str):
        raise bad_request(f"'{where}.text' must be a text.", f"{where}.text")
    return {"type": "text", "text": block["text"]}


def _image(block: Json, where: str) -> Json:
    source = _source(block, where)
    if source.get("type") == "file":
        return _native(block)
    return {"type": "image_url", "image_url": {"url": _url(source, where)}}


def _document(block: Json, where: str) -> Json:
    source = _source(block, where)
    file: Json = {name: block[name] for name in ("title", "context", "citations") if block.get(name)}
    if isinstance(file.get("title"), str):
        file["filename"] = file["title"]
    if source.get("type") == "file":
        return {"type": "file", "file": {**file, "file_id": source.get("file_id")}}
    if source.get("type") == "url":
        return {"type": "file", "file": {**file, "file_url": _url(source, where)}}
    if source.get("type") == "content":
        return _native(block)
    return {"type": "file", "file": {**file, "file_data": _url(source, where)}}


def _source(block: Json, where: str) -> Json:
    source = block.get("source")
    if not isinstance(source, dict):
        raise bad_request(f"'{where}.source' must be an object.", f"{where}.source")
    return source


def _url(source: Json, where: str) -> str:
    """The address of a source; data become a data URL."""
    kind, data = source.get("type"), source.get("data")
    if kind == "url" and isinstance(source.get("url"), str):
        return str(source["url"])
    if kind == "base64" and isinstance(data, str):
        return f"data:{source.get('media_type')};base64,{data}"
    if kind == "text" and isinstance(data, str):
        return text_url(data)
    raise bad_request(f"'{where}.source' is neither data nor an address.", f"{where}.source")


def text_url(text: str) -> str:
    """A plain text as a data URL."""
    written = b64encode(text.encode(errors="replace")).decode()
    return f"data:text/plain;base64,{written}"


def _joined(parts: list[Json]) -> str | list[Json]:
    """A single plain text as a text, which every provider takes; else the parts."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return str(parts[0]["text"])
    return parts


def _marked(made: Json, block: Json) -> Json:
    if isinstance(block.get("cache_control"), dict):
        made["cache_control"] = block["cache_control"]
    return made


_ROLES: dict[str, Callable[[list[tuple[Json, str]], Warnings], list[Json]]] = {
    "user": _user, "assistant": _assistant, "system": _system,
}  # fmt: skip
_PARTS: dict[str, Callable[[Json, str], Json]] = {"text": _text, "image": _image, "document": _document}
