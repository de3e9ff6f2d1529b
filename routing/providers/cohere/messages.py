"""Messages of the internal form → Cohere's. https://docs.cohere.com/reference/chat"""

from typing import Any

from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.reading import object_in, objects_in, refused, text_in

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "tool"}


class Messages:
    """``thinks``: the model takes its thoughts back."""

    def __init__(self, thinks: bool, warnings: list[str]) -> None:
        self._thinks, self._warnings = thinks, warnings
        self._shown: list[Json] = []  # pictures of tools' answers, to be shown by the user after the last of these

    def written(self, messages: Any) -> list[Json]:
        """All of them, in order. Raises `UpstreamError` (UNSUPPORTED) for content that would be lost."""
        said: list[Json] = []
        for message in objects_in(messages):
            role = _ROLES.get(text_in(message.get("role")), "user")
            if role != "tool":
                self._show(said)
            made = _WRITERS.get(role, Messages._speaker)(self, message)
            if made is not None:
                said.append({"role": role, **made})
        self._show(said)
        return said

    def _show(self, said: list[Json]) -> None:
        if self._shown:
            said.append({"role": "user", "content": self._shown})
            self._shown = []

    def _speaker(self, message: Json) -> Json | None:
        parts = self._parts(message.get("content"))
        return {"content": _shortest(parts)} if parts else None

    def _assistant(self, message: Json) -> Json | None:
        parts = self._parts(message.get("content") or message.get("refusal"))
        texts = [part for part in parts if part["type"] == "text"]
        if len(texts) < len(parts):
            self._warn("what an assistant showed")
        calls = [_call(call, number) for number, call in enumerate(objects_in(message.get("tool_calls")))]
        thoughts = text_in(message.get("reasoning_content"))
        said: Json = {"tool_calls": calls} if calls else {}
        if thoughts and self._thinks:
            texts.insert(0, {"type": "thinking", "thinking": thoughts})
        elif thoughts and calls:
            said["tool_plan"] = thoughts
        if texts:
            said["content"] = _shortest(texts)
        return said or None

    def _tool(self, message: Json) -> Json:
        parts = self._parts(message.get("content"))
        self._shown += [part for part in parts if part["type"] != "text"]
        if message.get("is_error"):
            self._warn("the mark that a tool failed")
        text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        return {"tool_call_id": text_in(message.get("tool_call_id")), "content": text}

    def _parts(self, content: Any) -> list[Json]:
        return [made for part in parts_of(content) if (made := self._part(part)) is not None]

    def _part(self, part: Json) -> Json | None:
        kind = part.get("type")
        if "cache_control" in part:
            self._warn("'cache_control'")
        if kind in ("text", "refusal"):
            text = text_in(part.get(kind))
            return {"type": "text", "text": text} if text else None
        if kind == "image_url":
            return {"type": "image_url", "image_url": object_in(part.get("image_url"))}
        if kind == "native":
            if text := text_in(part.get("text")):
                return {"type": "text", "text": text}
            self._warn(f"a part that only {part.get('dialect')} knows")
            return None
        data = text_in(object_in(part.get("file")).get("file_data"))
        if data.startswith("data:image/"):
            return {"type": "image_url", "image_url": {"url": data}}
        raise refused(f"Cohere takes texts and pictures, no '{kind}'.", "messages")

    def _warn(self, what: str) -> None:
        self._warnings.append(f"Left out: {what}.")


_WRITERS = {"assistant": Messages._assistant, "tool": Messages._tool}


def _shortest(parts: list[Json]) -> str | list[Json]:
    """A text alone needs no list."""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _call(call: Json, number: int) -> Json:
    function = object_in(call.get("function"))
    named = {"name": text_in(function.get("name")), "arguments": text_in(function.get("arguments")) or "{}"}
    return {"id": text_in(call.get("id")) or f"call_{number}", "type": "function", "function": named}
