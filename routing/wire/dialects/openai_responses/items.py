"""Input items → messages of the internal form.

What the assistant did between two turns (thoughts, words, calls) is several items here and one message there.
"""

from collections.abc import Callable
from typing import Any

from routing.wire.chat import native_part, parts_of
from routing.wire.contract import Json
from routing.wire.dialects.openai_responses.parts import content_in, plain
from routing.wire.failure import bad_request
from routing.wire.responses import DIALECT, as_arguments, objects, unseal

_ROLES = frozenset({"user", "assistant", "system", "developer"})
# Items that only configure, or that hold tools, which request.py collects.
_NO_MESSAGE = frozenset({"additional_tools", "tool_search_call", "tool_search_output", "configuration_update"})
_REFUSED = {
    "item_reference": "names an item that is not stored here",
    "compaction": "is compacted by OpenAI, which alone can read it",
}


def messages_in(items: Any) -> list[Json]:
    """A request's `input` as messages. Raises `GatewayError` (400)."""
    if isinstance(items, str):
        return [{"role": "user", "content": items}]
    if not isinstance(items, list):
        raise bad_request("'input' must be a text or a list of items.", "input")
    reader = _Reader()
    for i, item in enumerate(items):
        reader.read(item, f"input[{i}]")
    return reader.done()


class _Reader:
    """The messages so far, and what thoughts said of calls: it is known by the call's id, before or after it."""

    def __init__(self) -> None:
        self._messages: list[Json] = []
        self._extras: Json = {}

    def read(self, item: Any, param: str) -> None:
        if not isinstance(item, dict):
            raise bad_request(f"'{param}' must be an object.", param)
        kind = item.get("type") or "message"
        if not isinstance(kind, str):
            raise bad_request(f"'{param}.type' must be a text.", f"{param}.type")
        if kind in _REFUSED:
            raise bad_request(f"'{param}' {_REFUSED[kind]}.", param)
        if kind in _NO_MESSAGE:
            return
        read = _ITEMS.get(kind)
        if read is None:  # a step of a tool that OpenAI runs
            _append(self._assistant(), [native_part(DIALECT, item)])
        else:
            read(self, item, param)

    def done(self) -> list[Json]:
        for message in self._messages:
            for call in message.get("tool_calls", ()):
                if call["id"] in self._extras:
                    call.setdefault("extra_content", self._extras[call["id"]])
        return self._messages

    def _assistant(self) -> Json:
        """The assistant's message that is being put together."""
        if not self._messages or self._messages[-1]["role"] != "assistant":
            self._messages.append({"role": "assistant", "content": None})
        return self._messages[-1]

    def message(self, item: Json, param: str) -> None:
        role, content = item.get("role"), content_in(item.get("content"), f"{param}.content")
        if not isinstance(role, str) or role not in _ROLES:
            raise bad_request(f"'{param}.role' must be user, assistant, system or developer.", f"{param}.role")
        if role == "assistant":
            _append(self._assistant(), parts_of(content))
        else:
            self._messages.append({"role": role, "content": plain(content)})

    def reasoning(self, item: Json, param: str) -> None:
        message, thoughts = self._assistant(), unseal(item.get("encrypted_content")) or {}
        said = [part.get("text") for part in objects(item.get("content")) or objects(item.get("summary"))]
        text = "\n\n".join(part for part in said if isinstance(part, str))
        if text:
            message["reasoning_content"] = "\n\n".join(filter(None, [message.get("reasoning_content"), text]))
        if blocks := objects(thoughts.get("blocks")):
            message.setdefault("thinking_blocks", []).extend(blocks)
        if isinstance(thoughts.get("calls"), dict):
            self._extras |= thoughts["calls"]

    def function_call(self, item: Json, param: str) -> None:
        function = {"name": _name(item, param), "arguments": _string(item, "arguments", param)}
        self._call(item, function, param)

    def custom_call(self, item: Json, param: str) -> None:
        arguments = as_arguments(_string(item, "input", param))
        self._call(item, {"name": _name(item, param), "arguments": arguments}, param)

    def _call(self, item: Json, function: Json, param: str) -> None:
        call = {"id": _string(item, "call_id", param), "type": "function", "function": function}
        if isinstance(item.get("extra_content"), dict):
            call["extra_content"] = item["extra_content"]
        self._assistant().setdefault("tool_calls", []).append(call)

    def output(self, item: Json, param: str) -> None:
        said = item.get("output")
        content = plain(content_in("" if said is None else said, f"{param}.output"))
        self._messages.append({"role": "tool", "tool_call_id": _string(item, "call_id", param), "content": content})


def _append(message: Json, parts: list[Json]) -> None:
    """Add parts to an assistant's message; a refusal stands beside its content."""
    for refused in [part for part in parts if part["type"] == "refusal"]:
        message["refusal"] = (message.get("refusal") or "") + refused["refusal"]
    parts = [*parts_of(message["content"]), *(part for part in parts if part["type"] != "refusal")]
    message["content"] = plain(parts) if parts else message["content"]


def _name(item: Json, param: str) -> str:
    return _string(item, "name", param)


def _string(item: Json, name: str, param: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise bad_request(f"'{param}.{name}' must be a text.", f"{param}.{name}")
    return value


_ITEMS: dict[str, Callable[[_Reader, Json, str], None]] = {
    "message": _Reader.message,
    "reasoning": _Reader.reasoning,
    "function_call": _Reader.function_call,
    "function_call_output": _Reader.output,
    "custom_tool_call": _Reader.custom_call,
    "custom_tool_call_output": _Reader.output,
}
