"""The conversation in Anthropic's order: a system prompt, then user and assistant by turns.

https://platform.claude.com/docs/en/api/messages
"""

import re
from typing import Any

from routing.providers.anthropic.draft import Draft, bad, identifier
from routing.providers.anthropic.parts import blocks_of, marked, text_block
from routing.wire.anthropic_blocks import called, thoughts, tool_use, written
from routing.wire.contract import Json
from routing.wire.reading import objects_in, text_in

# What stands where Anthropic wants a user's words and there are none.
NOTHING_SAID = "(empty)"
_SYSTEM = frozenset({"system", "developer"})
_SIGNATURE = re.compile(r"[\w+/=-]+")  # others mark theirs with a dot


class Conversation:
    """The messages of a chat, put in order one by one."""

    def __init__(self, draft: Draft) -> None:
        self.system: list[Json] = []
        self.messages: list[Json] = []
        self._draft = draft
        self._unnamed: list[str] = []  # ids given to calls that had none, until their results come

    def add(self, message: Any, where: str) -> None:
        """Raises `UpstreamError` (BAD_REQUEST) for a role that nobody knows."""
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str):
            role = ""
        if role in _SYSTEM:
            self._instruct(message, where)
        elif role in ("tool", "function"):
            self._append("user", [self._result(message, where)])
        elif role == "user":
            blocks = _with_marker(blocks_of(message.get("content"), f"{where}.content", self._draft), message)
            self._append("user", blocks)
        elif role == "assistant":
            self._append("assistant", _with_marker(self._said(message, where), message))
        else:
            raise bad(f"'{where}.role' must be system, developer, user, assistant or tool.", f"{where}.role")

    def finish(self) -> None:
        """Fill what Anthropic does not take empty."""
        for message in self.messages:
            message["content"] = message["content"] or [{"type": "text", "text": NOTHING_SAID}]
            # Results come before whatever else a user says.
            message["content"].sort(key=lambda block: block.get("type") != "tool_result")
        if not self.messages or self.messages[0]["role"] != "user":
            self.messages.insert(0, {"role": "user", "content": [{"type": "text", "text": NOTHING_SAID}]})
        last = self.messages[-1]
        if last["role"] == "assistant" and "text" in (end := last["content"][-1]):
            last["content"][-1] = {**end, "text": text_in(end["text"]).rstrip()}

    def _instruct(self, message: Json, where: str) -> None:
        """Anthropic's own OpenAI endpoint moves later instructions to the start as well.

        https://platform.claude.com/docs/en/api/openai-sdk#system-developer-message-hoisting
        """
        if self.messages:
            self._draft.warn(f"{where} was moved to the start")
        blocks = _with_marker(blocks_of(message.get("content"), f"{where}.content", self._draft), message)
        self.system += [block for block in blocks if block.get("type") == "text"]
        if any(block.get("type") != "text" for block in blocks):
            self._draft.warn(f"{where}: only its text was kept")

    def _append(self, role: str, blocks: list[Json]) -> None:
        """Turns of the same role become one. An assistant who says nothing has no turn."""
        if self.messages and self.messages[-1]["role"] == role:
            self.messages[-1]["content"] += blocks
        elif blocks or role == "user":
            self.messages.append({"role": role, "content": blocks})

    def _said(self, message: Json, where: str) -> list[Json]:
        content = message.get("content")
        if isinstance(content, str):
            blocks = written(content, {**message, "annotations": None})
        else:
            blocks = blocks_of(content, f"{where}.content", self._draft)
        refusal = text_block(message.get("refusal"))
        blocks = [block for block in blocks if block.get("type") != "text" or text_in(block.get("text")).strip()]
        return [*self._thoughts(message, where), *blocks, *([refusal] if refusal else []), *self._calls(message)]

    def _thoughts(self, message: Json, where: str) -> list[Json]:
        """Those that Anthropic has signed; it refuses others' thoughts."""
        found = thoughts(message)
        kept = [block for block in found if block.get("data") or _SIGNATURE.fullmatch(block.get("signature", ""))]
        if len(kept) < len(found):
            self._draft.warn(f"{where}: thoughts without Anthropic's signature were left out")
        return kept

    def _calls(self, message: Json) -> list[Json]:
        calls = objects_in(message.get("tool_calls"))
        if isinstance(message.get("function_call"), dict):
            calls.append({"function": message["function_call"]})
        return [self._call(call) for call in calls]

    def _call(self, call: Json) -> Json:
        block = tool_use(call)
        given = text_in(call.get("id"))
        if not given:
            given = f"call_{len(self.messages)}_{len(self._unnamed)}"
            self._unnamed.append(given)
        block["id"], block["name"] = identifier(given), self._draft.tool_name(text_in(called(call).get("name")))
        return marked(block, call)

    def _result(self, message: Json, where: str) -> Json:
        given = text_in(message.get("tool_call_id")) or (self._unnamed.pop(0) if self._unnamed else "")
        block: Json = {"type": "tool_result", "tool_use_id": identifier(given)}
        if content := blocks_of(message.get("content"), f"{where}.content", self._draft):
            only_text = len(content) == 1 and content[0].keys() == {"type", "text"}
            block["content"] = content[0]["text"] if only_text else content
        if message.get("is_error") is True:
            block["is_error"] = True
        return marked(block, message)


def _with_marker(blocks: list[Json], message: Json) -> list[Json]:
    """A marker on the whole message stands on its last block."""
    return [*blocks[:-1], marked(blocks[-1], message)] if blocks else blocks


def conversation(messages: Any, draft: Draft) -> Conversation:
    """All of a chat. Raises `UpstreamError` for what cannot be said."""
    if not isinstance(messages, list):
        raise bad("'messages' must be a list of messages.", "messages")
    made = Conversation(draft)
    for index, message in enumerate(messages):
        made.add(message, f"messages[{index}]")
    made.finish()
    return made
