"""Anthropic's events → chunks of the internal form."""

from collections.abc import Callable, Sequence

from routing.providers.anthropic.draft import Draft
from routing.providers.anthropic.output import JSON_TOOL
from routing.providers.anthropic.response import annotation_of, ending
from routing.wire import json_text
from routing.wire.anthropic import DIALECT, THOUGHTS, written
from routing.wire.contract import Json
from routing.wire.reading import objects_in, text_in


class _Block:
    """A content block under way. ``written``: pieces of its text, thoughts or input."""

    __slots__ = ("block", "citations", "kind", "number", "start", "written")

    def __init__(self, block: Json, start: int) -> None:
        self.kind: str = block["type"]
        self.block = block
        self.start = start  # characters of text before it
        self.number = 0  # of a tool call
        self.written: list[str] = []
        self.citations = list(objects_in(block.get("citations")))


class Chunks:
    """State of one answer on its way into the internal form."""

    __slots__ = ("_blocks", "_counts", "_draft", "_frame", "_leading", "_length")

    def __init__(self, created: int, draft: Draft) -> None:
        self._draft = draft
        self._frame: Json = {"id": "", "object": "chat.completion.chunk", "created": created, "model": ""}
        self._blocks: dict[int, _Block] = {}
        self._length = 0  # characters of text so far
        self._leading = True  # nothing but thoughts has come
        self._counts: dict[str, int] = {}  # entries sent of each list, for their `index`

    def read(self, kind: str, event: Json) -> Sequence[Json]:
        """The chunks of any other event. Raises KeyError, TypeError or ValueError for one that is not what it says."""
        reader = _EVENTS.get(kind)
        return () if reader is None else reader(self, event)

    def _chunk(self, delta: Json) -> Sequence[Json]:
        return ({**self._frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},)

    def _begin(self, event: Json) -> Sequence[Json]:
        message = event["message"]
        self._frame |= {"id": text_in(message.get("id")), "model": text_in(message.get("model"))}
        return self._chunk({"role": "assistant", "content": ""})

    def _block_start(self, event: Json) -> Sequence[Json]:
        block = _Block(event["content_block"], self._length)
        self._blocks[event["index"]] = block
        if block.kind not in THOUGHTS:
            self._leading = False
        if block.kind == "tool_use" and not self._is_answer(block):
            return self._tool_start(block)
        if block.kind in _FIRST_TEXTS:  # some bring it with the start
            return self._write(block, text_in(block.block.get(_FIRST_TEXTS[block.kind])))
        return ()

    def _tool_start(self, block: _Block) -> Sequence[Json]:
        block.number = self._next("tool_calls")
        name = text_in(block.block.get("name"))
        call = {"index": block.number, "id": text_in(block.block.get("id")), "type": "function"}
        function = {"name": self._draft.names.get(name, name), "arguments": ""}
        return self._chunk({"tool_calls": [{**call, "function": function}]})

    def delta(self, event: Json) -> Sequence[Json]:
        """The chunks of a `content_block_delta`, which most events are."""
        delta, block = event["delta"], self._blocks[event["index"]]
        kind = delta["type"]
        if kind == "text_delta":
            return self._write(block, delta["text"])
        if kind == "thinking_delta":
            return self._write(block, delta["thinking"])
        if kind == "input_json_delta":
            return self._input(block, delta["partial_json"])
        if kind == "signature_delta":
            block.block = {**block.block, "signature": text_in(block.block.get("signature")) + delta["signature"]}
        elif kind == "citations_delta":
            block.citations += objects_in([delta["citation"]])
        elif kind == "compaction_delta":
            block.block = {**block.block, **{name: value for name, value in delta.items() if name != "type"}}
        return ()

    def _write(self, block: _Block, text: str) -> Sequence[Json]:
        if not text:
            return ()
        if block.kind == "thinking":
            block.written.append(text)
            return self._chunk({"reasoning_content": text})
        self._length += len(text)
        return self._chunk({"content": text})

    def _input(self, block: _Block, written: str) -> Sequence[Json]:
        if not written:
            return ()
        block.written.append(written)
        if block.kind != "tool_use":  # a server's tool: told whole, at its end
            return ()
        return self._arguments(block, written)

    def _arguments(self, block: _Block, written: str) -> Sequence[Json]:
        if self._is_answer(block):
            return self._chunk({"content": written})
        return self._chunk({"tool_calls": [{"index": block.number, "function": {"arguments": written}}]})

    def _is_answer(self, block: _Block) -> bool:
        return self._draft.json_tool and block.block.get("name") == JSON_TOOL

    def _block_stop(self, event: Json) -> Sequence[Json]:
        block = self._blocks.pop(event["index"])
        if block.kind == "text":
            return self._citations(block)
        if block.kind == "tool_use":
            if block.written:
                return ()
            return self._arguments(block, written(block.block.get("input")))
        if block.kind in THOUGHTS:
            return self._thought(block)
        return self._native(_with_input(block), block)

    def _thought(self, block: _Block) -> Sequence[Json]:
        """A block of thoughts, whole, once its signature is known."""
        whole = block.block if block.kind != "thinking" else {**block.block, "thinking": "".join(block.written)}
        if not self._leading:
            return self._native(whole, block)
        if not (whole.get("signature") or whole.get("data")):
            return ()
        return self._chunk({"thinking_blocks": [{"index": self._next("thinking_blocks"), **whole}]})

    def _native(self, whole: Json, block: _Block) -> Sequence[Json]:
        entry = {"index": self._next("native_blocks"), "dialect": DIALECT, "block": whole, "at": block.start}
        return self._chunk({"native_blocks": [entry]})

    def _citations(self, block: _Block) -> Sequence[Json]:
        if not block.citations:
            return ()
        delta: Json = {}
        place = {"start_index": block.start, "end_index": self._length}
        for citation in block.citations:
            entry = {"index": self._next("citations"), "dialect": DIALECT, "citation": citation, **place}
            delta.setdefault("citations", []).append(entry)
            if annotation := annotation_of(citation, place):
                delta.setdefault("annotations", []).append({"index": self._next("annotations"), **annotation})
        return self._chunk(delta)

    def _end(self, event: Json) -> Sequence[Json]:
        if event["delta"].get("stop_reason") is None:
            return ()
        return ({**self._frame, "choices": [{"index": 0, "delta": {}, **ending(event["delta"], self._draft)}]},)

    def _next(self, name: str) -> int:
        number = self._counts.get(name, 0)
        self._counts[name] = number + 1
        return number


def _with_input(block: _Block) -> Json:
    """A server's tool use with the input that came in pieces."""
    return {**block.block, "input": json_text.read("".join(block.written))} if block.written else block.block


_FIRST_TEXTS = {"text": "text", "thinking": "thinking"}
_EVENTS: dict[str, Callable[[Chunks, Json], Sequence[Json]]] = {
    "message_start": Chunks._begin,
    "content_block_start": Chunks._block_start,
    "content_block_stop": Chunks._block_stop,
    "message_delta": Chunks._end,
}
