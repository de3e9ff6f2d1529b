"""Streams of the Responses API, written from chunks of the internal form.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_responses.open_items import Message, Thoughts, ToolCall
from routing.wire.dialects.openai_responses.output import annotation_of, logprobs_of, reasoning_item, sealed_thoughts
from routing.wire.dialects.openai_responses.response import ending, frame, tool_names, usage_object
from routing.wire.responses import objects


class ResponsesEmitter:
    """One stream. Thoughts, text and calls are items of their own, each begun and ended by events.

    A text or thought is over when something else begins; calls may come interleaved and are over at the end.
    """

    def __init__(self, call: Call) -> None:
        self._call, self._tools = call, tool_names(call)
        self._frame: Json | None = None  # the Response, once the stream has begun
        self._number = 0  # of the next event
        self._out: list[bytes] = []
        self._items: list[Json | None] = []  # by output index; None while it is being written
        self._open: Thoughts | Message | None = None
        self._place = 0  # output index of what is open
        self._calls: dict[int, tuple[int, ToolCall]] = {}  # by the chunks' index: output index and call
        self._early: dict[int, Json] = {}  # calls whose name has not come yet
        self._finish: Any = None
        self.answer: Json | None = None  # the whole Response, once it is finished

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        for chunk in chunks:
            self._begin(chunk)
            choices = objects(chunk.get("choices"))
            if choices and choices[0].get("index") in (None, 0):  # this dialect has one answer only
                self._read(choices[0])
        return self._taken()

    def finish(self, usage: Usage) -> bytes:
        self._begin({})
        assert self._frame is not None
        status, details = ending(self._finish)
        self._close(status)
        for index in sorted(self._calls):
            place, call = self._calls[index]
            self._items[place] = call.close(status)
        self._keep_extras([call.call for _, call in self._calls.values()])
        end = {"status": status, "incomplete_details": details, "usage": usage_object(usage)}
        self.answer = self._frame | end | {"completed_at": self._frame["created_at"], "output": self._items}
        self._event(f"response.{status}", response=self.answer)
        return self._taken()

    def _begin(self, chunk: Json) -> None:
        if self._frame is not None:
            return
        self._frame = frame(self._call, chunk)
        self._event("response.created", response=self._frame)
        self._event("response.in_progress", response=self._frame)

    def _read(self, choice: Json) -> None:
        delta = choice.get("delta")
        self._finish = choice.get("finish_reason") or self._finish
        if not isinstance(delta, dict):
            return
        if text := _text(delta.get("reasoning_content")):
            self._thoughts().write(text)
        for block in objects(delta.get("thinking_blocks")):
            self._thoughts().sign(block)
        if text := _text(delta.get("content")):
            self._message().write(text, logprobs_of(choice))
        if text := _text(delta.get("refusal")):
            self._message().refuse(text)
        for annotation in filter(None, map(annotation_of, objects(delta.get("annotations")))):
            self._message().annotate(annotation)
        for call in objects(delta.get("tool_calls")):
            self._tool_call(call)

    def _thoughts(self) -> Thoughts:
        if not isinstance(self._open, Thoughts):
            self._close("completed")
            self._place = self._new_place()
            self._open = Thoughts(self._at(self._place))
        return self._open

    def _message(self) -> Message:
        if not isinstance(self._open, Message):
            self._close("completed")
            self._place = self._new_place()
            self._open = Message(self._at(self._place))
        return self._open

    def _tool_call(self, delta: Json) -> None:
        index, kind = self._index(delta), "custom" if isinstance(delta.get("custom"), dict) else "function"
        said: Json = delta[kind] if isinstance(delta.get(kind), dict) else {}
        written = _text(said.get("arguments" if kind == "function" else "input"))
        if index not in self._calls:
            written = self._start_call(index, delta, kind, _text(said.get("name")), written)
        if written:
            self._calls[index][1].write(written)

    def _start_call(self, index: int, delta: Json, kind: str, name: str, written: str) -> str:
        """Begin a call and give what it was called with so far; nothing as long as its name is still to come."""
        early = self._early.pop(index, {})
        known = {key: delta.get(key) or early.get(key) for key in ("id", "extra_content")}
        written = early.get("written", "") + written
        if not name:
            self._early[index] = {**known, "written": written}
            return ""
        self._close("completed")
        place = self._new_place()
        self._calls[index] = place, ToolCall(self._at(place), {**known, kind: {"name": name}}, self._tools)
        return str(written)

    def _index(self, delta: Json) -> int:
        """Some leave it out: then an id begins a new call."""
        index = delta.get("index")
        if isinstance(index, int):
            return index
        last = max([*self._calls, *self._early], default=-1)
        return last + 1 if delta.get("id") or last < 0 else last

    def _close(self, status: str) -> None:
        if self._open is not None:
            self._items[self._place] = self._open.close(status)
            self._open = None

    def _keep_extras(self, calls: list[Json]) -> None:
        """What a provider wants back with its calls, for clients that send back nothing but what they know."""
        sealed = sealed_thoughts([], calls)
        if sealed is not None:
            place, item = self._new_place(), reasoning_item("", sealed)
            self._event("response.output_item.added", output_index=place, item=item)
            self._event("response.output_item.done", output_index=place, item=item)
            self._items[place] = item

    def _new_place(self) -> int:
        self._items.append(None)
        return len(self._items) - 1

    def _at(self, place: int) -> Any:
        return partial(self._event, output_index=place)

    def _event(self, event: str, **fields: Any) -> None:
        data = {"type": event, **fields, "sequence_number": self._number}
        self._number += 1
        self._out.append(b"event: %b\ndata: %b\n\n" % (event.encode(), json_text.write(data)))

    def _taken(self) -> bytes:
        out, self._out = self._out, []
        return b"".join(out)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
