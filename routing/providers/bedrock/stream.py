"""Converse's streamed answers → chunks of the internal form.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
"""

import random
import time
from collections.abc import Callable
from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.bedrock.citations import cited
from routing.providers.bedrock.draft import Draft
from routing.providers.bedrock.errors import error_of
from routing.providers.bedrock.response import finish_reason, image_of, native, tool_name, usage_of
from routing.wire import json_text
from routing.wire.aws_eventstream import EventStreamDecoder, Message
from routing.wire.contract import ErrorKind, Event, Json, TruncatedStream, UpstreamError
from routing.wire.kept_text import KEPT_TEXTS
from routing.wire.reading import object_in, objects_in, text_in


class _Block:
    """A content block under way."""

    __slots__ = ("call", "cited", "data", "is_answer", "result", "signature", "start", "text", "use", "written")

    def __init__(self, start: int) -> None:
        self.start = start  # characters said before it
        self.use: Json = {}  # a tool's call
        self.result: Json = {}  # of a tool that the provider ran
        self.call = 0  # which of the calls it is
        self.is_answer = False  # a call of the tool that stands for a schema
        self.written = False  # whether its arguments have begun
        self.signature: list[str] = []
        self.data: list[str] = []  # redacted thoughts; pieces of a server tool's arguments
        self.text: list[str] = []  # thoughts
        self.cited: list[Json] = []


class ConverseStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    __slots__ = (
        "_blocks", "_calls", "_counts", "_decoder", "_draft", "_ended", "_frame", "_metered", "_said", "chars",
        "failed", "malformed", "texts", "usage",
    )  # fmt: skip

    def __init__(self) -> None:
        self._decoder = EventStreamDecoder()
        self._blocks: dict[int, _Block] = {}
        self._calls = self._said = 0  # tools called, characters said
        self._counts: dict[str, int] = {}  # entries of each list so far
        self._ended = self._metered = False
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.malformed = 0  # events that cannot be read; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate: the beginning,
        self.chars = 0  # and the length of all of it

    def begin(self, draft: Draft) -> None:
        """What the request leaves for its answer."""
        self._draft = draft
        name = f"chatcmpl-{random.getrandbits(96):024x}"
        self._frame: Json = {"id": name, "object": "", "created": int(time.time()), "model": draft.model.id}

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events: list[Event] = []
        for message in self._decoder.feed(data):
            if self.failed is not None or (self._ended and self._metered):
                break
            if (event := self._read(message)) is not None:
                events.append(event)
        if self._decoder.damage and self.failed is None and not (self._ended and self._metered):
            told = f"The provider's stream is damaged: {self._decoder.damage}."
            self.failed = UpstreamError(ErrorKind.SERVER, told, 200)
        return events

    def finish(self) -> list[Event]:
        """Raises `TruncatedStream` if the answer or its usage has not come to an end."""
        if not (self._ended and self._metered) and self.failed is None:
            raise TruncatedStream
        return []

    def _read(self, message: Message) -> Event | None:
        if message.header(":message-type") in ("exception", "error"):
            self.failed = _in_band(message)
            return None
        return self._answer_event(message)

    def _answer_event(self, message: Message) -> Event | None:
        """What one event of the answer says; None if it says nothing."""
        read, data = EVENTS.get(message.header(":event-type")), _data_of(message)
        if data is None:
            self.malformed += 1
            return None
        return read(self, data) if read is not None else None

    def _message_start(self, data: Json) -> Event:
        return self._event({"role": "assistant", "content": ""})

    def _block_start(self, data: Json) -> Event | None:
        block = self._blocks[_index(data)] = _Block(self._said)
        start = object_in(data.get("start"))
        if "toolResult" in start:
            block.result = dict(object_in(start["toolResult"]))
        if "toolUse" not in start:
            return None
        block.use = dict(object_in(start["toolUse"]))
        if block.use.get("type") == "server_tool_use":
            return None
        if self._draft.json_tool and block.use.get("name") == self._draft.json_tool:
            block.is_answer = True
            return None
        block.call, self._calls = self._calls, self._calls + 1
        name = tool_name(block.use, self._draft)
        call = {"id": text_in(block.use.get("toolUseId")), "type": "function"}
        function = {"name": name, "arguments": ""}
        self._keep(name)
        return self._event({"tool_calls": [{"index": block.call, **call, "function": function}]}, content=True)

    def _block_delta(self, data: Json) -> Event | None:
        block = self._blocks.setdefault(_index(data), _Block(self._said))
        delta = object_in(data.get("delta"))
        if text := text_in(delta.get("text")):
            return self._say(text)
        if "toolUse" in delta:
            return self._arguments(block, text_in(object_in(delta["toolUse"]).get("input")))
        if "reasoningContent" in delta:
            return self._reasoning(block, object_in(delta["reasoningContent"]))
        if "citation" in delta:
            block.cited.append(object_in(delta["citation"]))
        if "toolResult" in delta and block.result:
            block.result.setdefault("content", []).extend(objects_in(delta["toolResult"]))
        if image := image_of(object_in(delta.get("image"))):
            return self._event(self._numbered({"images": [image]}), content=True)
        return None

    def _say(self, text: str) -> Event:
        self._said += len(text)
        self._keep(text)
        return self._event({"content": text}, content=True)

    def _arguments(self, block: _Block, text: str) -> Event | None:
        if not text:
            return None
        block.written = True
        if block.is_answer:
            return self._say(text)
        if block.use.get("type") == "server_tool_use":
            block.data.append(text)
            return None
        self._keep(text)
        return self._event({"tool_calls": [{"index": block.call, "function": {"arguments": text}}]}, content=True)

    def _reasoning(self, block: _Block, delta: Json) -> Event | None:
        block.signature.append(text_in(delta.get("signature")))
        block.data.append(text_in(delta.get("redactedContent")))
        text = text_in(delta.get("text"))
        if not text:
            return None
        block.text.append(text)
        self._keep(text)
        return self._event({"reasoning_content": text}, content=True)

    def _block_stop(self, data: Json) -> Event | None:
        block = self._blocks.pop(_index(data), None)
        if block is None:
            return None
        if block.use and not block.written and block.use.get("type") != "server_tool_use":
            return self._arguments(block, "{}")
        if thought := _thought(block):
            return self._event(self._numbered({"thinking_blocks": [thought]}), content=True)
        if done := _native_of(block):
            return self._event(self._numbered({"native_blocks": [native(done)]}))
        notes = cited(block.cited, block.start, self._said)
        return self._event(self._numbered(notes), content=True) if notes else None

    def _numbered(self, delta: dict[str, list[Json]]) -> Json:
        """Each entry with its place in its list, as clients put lists together."""
        numbered = {}
        for name, entries in delta.items():
            first = self._counts.get(name, 0)
            self._counts[name] = first + len(entries)
            numbered[name] = [{"index": first + number, **entry} for number, entry in enumerate(entries)]
        return numbered

    def _message_stop(self, data: Json) -> Event:
        self._ended = True
        reason = text_in(data.get("stopReason"))
        choice = {"index": 0, "delta": {}, "finish_reason": finish_reason(reason, self._calls > 0)}
        chunk = {
            **self._frame,
            "object": "chat.completion.chunk",
            "choices": [{**choice, "native_finish_reason": reason}],
        }
        return Event(b"", (chunk,), content=True, last=self._metered)

    def _metadata(self, data: Json) -> Event:
        self._metered = True
        if "usage" in data:
            self.usage = usage_of(data["usage"])
        return Event(b"", last=self._ended)

    def _event(self, delta: Json, content: bool = False) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        return Event(b"", ({**self._frame, "object": "chat.completion.chunk", "choices": [choice]},), content)

    def _keep(self, text: str) -> None:
        if text and len(self.texts) < KEPT_TEXTS:
            self.texts.append(text)
        self.chars += len(text)


EVENTS: dict[str, Callable[[ConverseStream, Json], Event | None]] = {
    "messageStart": ConverseStream._message_start,
    "contentBlockStart": ConverseStream._block_start,
    "contentBlockDelta": ConverseStream._block_delta,
    "contentBlockStop": ConverseStream._block_stop,
    "messageStop": ConverseStream._message_stop,
    "metadata": ConverseStream._metadata,
}


def _index(data: Json) -> int:
    index: Any = data.get("contentBlockIndex")
    return index if isinstance(index, int) else 0


def _thought(block: _Block) -> Json | None:
    """The whole of a signed thought, or of one that is hidden."""
    if signature := "".join(block.signature):
        return {"type": "thinking", "thinking": "".join(block.text), "signature": signature}
    if not block.use and (data := "".join(block.data)):
        return {"type": "redacted_thinking", "data": data}
    return None


def _native_of(block: _Block) -> Json | None:
    """What only Converse has a word for."""
    if block.result:
        return {"toolResult": block.result}
    if block.use.get("type") != "server_tool_use":
        return None
    try:
        arguments = json_text.read("".join(block.data) or "{}")
    except json_text.InvalidJson:
        arguments = {}
    return {"toolUse": {**block.use, "input": arguments}}


def _data_of(message: Message) -> Json | None:
    """The object that a message holds; None if it holds none."""
    try:
        data = json_text.read(message.payload)
    except json_text.InvalidJson:
        return None
    return data if isinstance(data, dict) else None


def _in_band(message: Message) -> UpstreamError:
    """An error in the stream: modelled ones have a type and a body, others a code and a text in headers."""
    if message.header(":message-type") == "error":
        return error_of(message.header(":error-code"), {"message": message.header(":error-message")})
    return error_of(message.header(":exception-type"), _data_of(message) or {})
