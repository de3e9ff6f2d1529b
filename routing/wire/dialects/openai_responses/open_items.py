"""Output items that are still being written: each knows the events of its kind, from `added` to `done`.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from typing import Any, Protocol

from routing.wire.contract import Json
from routing.wire.dialects.openai_responses.output import (
    ToolNames,
    call_item,
    free_text,
    message_item,
    reasoning_item,
    refusal_part,
    sealed_thoughts,
    text_part,
)
from routing.wire.responses import new_id


class Emit(Protocol):
    """Writes one event of an item, with its place among the others."""

    def __call__(self, event: str, **fields: Any) -> None: ...


class Thoughts:
    """A reasoning item: its text as a summary, what is signed when it is done."""

    __slots__ = ("_blocks", "_emit", "_texts", "_unsigned", "id")

    def __init__(self, emit: Emit) -> None:
        self.id, self._emit = new_id("rs"), emit
        self._texts: list[str] = []
        self._unsigned: list[str] = []  # what came since the last signature
        self._blocks: list[Json] = []
        emit("response.output_item.added", item={**reasoning_item("", None, self.id), "status": "in_progress"})

    def write(self, text: str) -> None:
        if not self._texts:
            self._emit("response.reasoning_summary_part.added", **self._at(), part=_summary(""))
        self._texts.append(text)
        self._unsigned.append(text)
        self._emit("response.reasoning_summary_text.delta", **self._at(), delta=text)

    def sign(self, block: Json) -> None:
        """A block whose signature is known; its text came before."""
        if block.get("type") == "thinking" and not block.get("thinking"):
            block = {**block, "thinking": "".join(self._unsigned)}
        self._unsigned = []
        self._blocks.append(block)

    def close(self, status: str) -> Json:
        text = "".join(self._texts)
        if text:
            self._emit("response.reasoning_summary_text.done", **self._at(), text=text)
            self._emit("response.reasoning_summary_part.done", **self._at(), part=_summary(text))
        item = {**reasoning_item(text, sealed_thoughts(self._blocks, []), self.id), "status": status}
        self._emit("response.output_item.done", item=item)
        return item

    def _at(self) -> Json:
        return {"item_id": self.id, "summary_index": 0}


def _summary(text: str) -> Json:
    return {"type": "summary_text", "text": text}


class Message:
    """A message item: a part with text, one with a refusal, or both."""

    __slots__ = ("_annotations", "_emit", "_logprobs", "_parts", "_refusing", "_texts", "id")

    def __init__(self, emit: Emit) -> None:
        self.id, self._emit = new_id("msg"), emit
        self._parts: list[Json] = []  # those that are done
        self._texts: list[str] | None = None  # of the part that is being written
        self._refusing = False
        self._annotations: list[Json] = []
        self._logprobs: list[Json] = []
        emit("response.output_item.added", item=message_item([], "in_progress", self.id))

    def write(self, text: str, logprobs: list[Json]) -> None:
        self._open(refusing=False).append(text)
        self._logprobs += logprobs
        self._emit("response.output_text.delta", **self._at(), delta=text, logprobs=logprobs)

    def refuse(self, text: str) -> None:
        self._open(refusing=True).append(text)
        self._emit("response.refusal.delta", **self._at(), delta=text)

    def annotate(self, annotation: Json) -> None:
        self._open(refusing=False)
        index = len(self._annotations)
        self._annotations.append(annotation)
        self._emit("response.output_text.annotation.added", **self._at(), annotation_index=index, annotation=annotation)

    def close(self, status: str) -> Json:
        self._close_part()
        item = message_item(self._parts, status, self.id)
        self._emit("response.output_item.done", item=item)
        return item

    def _open(self, refusing: bool) -> list[str]:
        if self._texts is not None and self._refusing == refusing:
            return self._texts
        self._close_part()
        self._texts, self._refusing = [], refusing
        part = refusal_part("") if refusing else text_part("", [], [])
        self._emit("response.content_part.added", **self._at(), part=part)
        return self._texts

    def _close_part(self) -> None:
        if self._texts is None:
            return
        text = "".join(self._texts)
        if self._refusing:
            part = refusal_part(text)
            self._emit("response.refusal.done", **self._at(), refusal=text)
        else:
            part = text_part(text, self._annotations, self._logprobs)
            self._emit("response.output_text.done", **self._at(), text=text, logprobs=self._logprobs)
            self._annotations, self._logprobs = [], []
        self._emit("response.content_part.done", **self._at(), part=part)
        self._parts.append(part)
        self._texts = None

    def _at(self) -> Json:
        return {"item_id": self.id, "content_index": len(self._parts)}


class ToolCall:
    """A function call, or one of a custom tool, whose text is known only when it is whole."""

    __slots__ = ("_arguments", "_call", "_custom", "_emit", "_tools", "id")

    def __init__(self, emit: Emit, call: Json, tools: ToolNames) -> None:
        name = call["function"]["name"]
        self._emit, self._call, self._tools, self._custom = emit, call, tools, name in tools.custom
        self.id = new_id(tools.prefix(name))
        self._arguments: list[str] = []
        emit("response.output_item.added", item=self._item("", "in_progress"))

    @property
    def call(self) -> Json:
        return self._call

    def write(self, arguments: str) -> None:
        self._arguments.append(arguments)
        if not self._custom:
            self._emit("response.function_call_arguments.delta", item_id=self.id, delta=arguments)

    def close(self, status: str) -> Json:
        arguments = "".join(self._arguments)
        if self._custom:
            text = free_text(arguments)
            self._emit("response.custom_tool_call_input.delta", item_id=self.id, delta=text)
            self._emit("response.custom_tool_call_input.done", item_id=self.id, input=text)
        else:
            name = self._call["function"]["name"]
            self._emit("response.function_call_arguments.done", item_id=self.id, name=name, arguments=arguments)
        item = self._item(arguments, status)
        self._emit("response.output_item.done", item=item)
        return item

    def _item(self, arguments: str, status: str) -> Json:
        call = {**self._call, "function": {**self._call["function"], "arguments": arguments}}
        item = call_item(call, self._tools, status, self.id)
        return {**item, "input": ""} if self._custom and not arguments else item
