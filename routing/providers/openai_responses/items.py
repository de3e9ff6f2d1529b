"""Messages of the internal form → input items.

https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
"""

from collections.abc import Callable
from typing import Any

from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.responses import DIALECT, objects, signed_item

_FILE_FIELDS = ("file_data", "file_id", "file_url", "filename")


def input_items(messages: Any, warnings: list[str]) -> list[Json]:
    """The conversation as items. What has no word here is left out, with a warning."""
    writer = _Writer(warnings)
    for message in objects(messages):
        writer.write(message)
    return writer.items


class _Writer:
    def __init__(self, warnings: list[str]) -> None:
        self.items: list[Json] = []
        self._warnings = warnings
        self._custom: set[str] = set()  # ids of custom tools' calls

    def write(self, message: Json) -> None:
        role = message.get("role")
        if role == "assistant":
            self._assistant(message)
        elif role in ("tool", "function"):
            self._output(message)
        elif content := self._content(message.get("content")):
            self.items.append({"role": role, "content": content})

    def _assistant(self, message: Json) -> None:
        for block in objects(message.get("thinking_blocks")):
            item = signed_item(block)
            if item is not None:
                self.items.append(item)
        parts = parts_of(message.get("content"))
        self._native(part for part in parts if part.get("type") == "native")
        said = [{"type": "output_text", "text": part["text"]} for part in parts if part.get("text")]
        if refusal := message.get("refusal"):
            said.append({"type": "refusal", "refusal": refusal})
        if said:
            self.items.append({"type": "message", "role": "assistant", "content": said})
        self._native(objects(message.get("native_blocks")))
        self.items += [item for call in _calls(message) if (item := self._call(call))]

    def _native(self, blocks: Any) -> None:
        for native in blocks:
            if native.get("dialect") == DIALECT and isinstance(native.get("block"), dict):
                self.items.append(native["block"])
            else:
                self._warn(f"a block of {native.get('dialect')}")

    def _call(self, call: Json) -> Json | None:
        custom, function = call.get("custom"), call.get("function")
        if isinstance(custom, dict):
            self._custom.add(str(call.get("id")))
            fields = {"name": custom.get("name"), "input": custom.get("input") or ""}
            return {"type": "custom_tool_call", "call_id": call.get("id"), **fields}
        if not isinstance(function, dict):
            return None
        fields = {"name": function.get("name"), "arguments": function.get("arguments") or "{}"}
        return {"type": "function_call", "call_id": call.get("id"), **fields}

    def _output(self, message: Json) -> None:
        call_id = message.get("tool_call_id") or message.get("name")
        if message.get("is_error"):
            self._warn("the mark that a tool failed")
        content = message.get("content")
        output = content if isinstance(content, str) else self._content(content) or ""
        kind = "custom_tool_call_output" if str(call_id) in self._custom else "function_call_output"
        self.items.append({"type": kind, "call_id": call_id, "output": output})

    def _content(self, content: Any) -> str | list[Json]:
        if isinstance(content, str):
            return content
        return [said for part in parts_of(content) if (said := self._part(part)) is not None]

    def _part(self, part: Json) -> Json | None:
        if part.get("cache_control"):
            self._warn("cache_control: OpenAI caches by itself")
        if part.get("type") == "native" and part.get("dialect") == DIALECT and isinstance(part.get("block"), dict):
            return dict(part["block"])
        write = _PARTS.get(str(part.get("type")))
        said = write(part) if write else None
        if said is None:
            self._warn(f"a part of type '{part.get('type')}'")
        return said

    def _warn(self, what: str) -> None:
        self._warnings.append(f"Left out: {what}.")


def _calls(message: Json) -> list[Json]:
    calls, legacy = objects(message.get("tool_calls")), message.get("function_call")
    return [*calls, {"id": legacy.get("name"), "function": legacy}] if isinstance(legacy, dict) else calls


def _text(part: Json) -> Json | None:
    return {"type": "input_text", "text": part["text"]} if isinstance(part.get("text"), str) else None


def _image(part: Json) -> Json | None:
    image = part.get("image_url")
    if isinstance(image, str):
        image = {"url": image}
    if not isinstance(image, dict):
        return None
    return {"type": "input_image", "image_url": image.get("url"), "detail": image.get("detail") or "auto"}


def _file(part: Json) -> Json | None:
    file = part.get("file")
    if not isinstance(file, dict):
        return None
    data = file.get("file_data")
    if isinstance(data, str) and data.startswith("data:image/"):
        return {"type": "input_image", "image_url": data, "detail": "auto"}
    fields = {name: file[name] for name in _FILE_FIELDS if file.get(name) is not None}
    if "file_data" in fields:  # which needs a name
        fields.setdefault("filename", "file.pdf")
    return {"type": "input_file", **fields}


def _audio(part: Json) -> Json | None:
    return {"type": "input_audio", "input_audio": part.get("input_audio")}


_PARTS: dict[str, Callable[[Json], Json | None]] = {
    "text": _text, "image_url": _image, "file": _file, "input_audio": _audio,
}  # fmt: skip
