"""Chunks of the internal form → Anthropic's events: one block at a time, each begun, filled and ended.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Iterable
from typing import Any

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.anthropic import THOUGHTS
from routing.wire.anthropic_blocks import citations, own, thought
from routing.wire.contract import Call, Json
from routing.wire.dialects.anthropic_messages.calls import ToolCall, ToolCalls
from routing.wire.dialects.anthropic_messages.response import message_id, stop_reason, stop_sequence, usage_object
from routing.wire.prompt_size import prompt_tokens
from routing.wire.reading import objects_in, text_in


class MessageEmitter:
    """State of one stream: which block is open, and what waits for its turn."""

    __slots__ = ("_call", "_choice", "_index", "_open", "_out", "_started", "_tools", "_wrote")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._out: list[bytes] = []
        self._started = False
        self._index = -1
        self._open = ""  # text, thinking, tool_use; nothing between blocks
        self._wrote = False  # the open block has got something
        self._tools = ToolCalls()
        self._choice: Json = {}  # the last, with how the answer ended

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        for chunk in chunks:
            if not self._started:
                self._start(chunk, usage)
            for choice in objects_in(chunk.get("choices")):
                if not choice.get("index"):  # Anthropic knows but one
                    self._read(choice)
        return self._taken()

    def finish(self, usage: Usage) -> bytes:
        """What waited, how it ended, and the true counts."""
        if not self._started:
            self._start({}, usage)
        self._close()
        for call in self._tools.waiting():
            self._tool(call)
            self._close()
        delta = {
            "stop_reason": stop_reason(self._choice, bool(self._tools)),
            "stop_sequence": stop_sequence(self._choice),
        }
        self._emit("message_delta", {"delta": delta, "usage": usage_object(usage)})
        self._emit("message_stop", {})
        return self._taken()

    def _start(self, chunk: Json, usage: Usage) -> None:
        self._started = True
        known = usage if usage.input_tokens else Usage(input_tokens=prompt_tokens(self._call.chat))
        message: Json = {
            "id": message_id(chunk),
            "type": "message",
            "role": "assistant",
            "model": text_in(chunk.get("model")) or self._call.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage_object(known), "output_tokens": known.output_tokens or 1},
        }
        self._emit("message_start", {"message": message})

    def _read(self, choice: Json) -> None:
        if choice.get("finish_reason") is not None:
            self._choice = choice
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return
        for name, value in delta.items():
            read = _READERS.get(name)
            if read is not None and value:
                read(self, value)
        if "citations" in delta or "annotations" in delta:
            self._cite(delta)

    def _text(self, text: Any) -> None:
        if isinstance(text, str):
            if self._open != "text":
                self._begin("text", {"type": "text", "text": ""})
            self._delta({"type": "text_delta", "text": text})

    def _thinking(self, text: Any) -> None:
        if isinstance(text, str):
            if self._open != "thinking":
                self._begin("thinking", thought({}))
            self._delta({"type": "thinking_delta", "thinking": text})

    def _thoughts(self, entries: Any) -> None:
        """Blocks of thoughts that are whole now; their text has come before, or comes here."""
        for block in objects_in(entries):
            if block.get("type") == "redacted_thinking":
                self._whole(thought(block))
            elif block.get("type") == "thinking" or block.get("signature"):
                self._sign(block)

    def _sign(self, block: Json) -> None:
        if self._open != "thinking":
            self._begin("thinking", thought({}))
        if not self._wrote and text_in(block.get("thinking")):
            self._delta({"type": "thinking_delta", "thinking": block["thinking"]})
        if signature := text_in(block.get("signature")):
            self._delta({"type": "signature_delta", "signature": signature})
            self._close()

    def _natives(self, entries: Any) -> None:
        for entry in own(entries, "block"):
            block = entry["block"]
            if block.get("type") in THOUGHTS:
                self._thoughts([block])
            else:
                self._whole(block)

    def _cite(self, delta: Json) -> None:
        """Citations belong to the text before them."""
        for entry in citations(delta):
            if self._open != "text":
                self._begin("text", {"type": "text", "text": ""})
            self._delta({"type": "citations_delta", "citation": entry["citation"]})

    def _calls(self, entries: Any) -> None:
        for call in self._tools.take(objects_in(entries), is_open=self._open == "tool_use"):
            self._tool(call)

    def _function(self, call: Any) -> None:
        """OpenAI's older `function_call`."""
        self._calls([{"index": 0, "function": call}])

    def _tool(self, call: ToolCall) -> None:
        """What is new of a call; its block is begun if it is not the open one."""
        if not call.begun:
            call.begun = True
            self._begin("tool_use", {"type": "tool_use", "id": call.id, "name": call.name, "input": {}})
        if written := call.taken():
            self._delta({"type": "input_json_delta", "partial_json": written})

    def _whole(self, block: Json) -> None:
        self._begin("whole", block)
        self._close()

    def _begin(self, kind: str, block: Json) -> None:
        self._close()
        self._index += 1
        self._open, self._wrote = kind, False
        self._emit("content_block_start", {"index": self._index, "content_block": block})

    def _delta(self, delta: Json) -> None:
        """The event that most of a stream is made of."""
        self._wrote = True
        data = json_text.write({"type": "content_block_delta", "index": self._index, "delta": delta})
        self._out.append(b"event: content_block_delta\ndata: %s\n\n" % data)

    def _close(self) -> None:
        if self._open:
            self._open = ""
            self._emit("content_block_stop", {"index": self._index})

    def _emit(self, name: str, fields: Json) -> None:
        data = json_text.write({"type": name, **fields})
        self._out.append(b"event: %s\ndata: %s\n\n" % (name.encode(), data))

    def _taken(self) -> bytes:
        out, self._out = b"".join(self._out), []
        return out


# In the order in which a delta's fields come; what is not here says nothing in this dialect.
_READERS = {
    "reasoning_content": MessageEmitter._thinking,
    "thinking_blocks": MessageEmitter._thoughts,
    "native_blocks": MessageEmitter._natives,
    "content": MessageEmitter._text,
    "refusal": MessageEmitter._text,
    "tool_calls": MessageEmitter._calls,
    "function_call": MessageEmitter._function,
}
