"""Cohere's streamed answers → chunks of the internal form. https://docs.cohere.com/v2/docs/streaming"""

import random
import time
from collections.abc import Callable
from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.cohere.response import (
    call_of,
    citation_of,
    failure_in,
    finish_of,
    logprobs_of,
    pages_of,
    usage_of,
)
from routing.wire import json_text
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.kept_text import KeptText
from routing.wire.openai_errors import error_from_object
from routing.wire.reading import object_in, objects_in, text_in
from routing.wire.sse import SseDecoder


class CohereStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    __slots__ = ("_calls", "_counts", "_decoder", "_frame", "done", "failed", "kept", "malformed", "usage")

    def __init__(self) -> None:
        self._decoder = SseDecoder()
        self._calls = 0  # tools called so far
        self._counts: dict[str, int] = {}  # entries of each list so far
        self._frame: Json = {}
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # events that cannot be read; passed over
        self.kept = KeptText()

    def begin(self, model: str) -> None:
        name = f"chatcmpl-{random.getrandbits(96):024x}"
        self._frame = {"id": name, "object": "chat.completion.chunk", "created": int(time.time()), "model": model}

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events: list[Event] = []
        for payload in self._decoder.feed(data):
            if self.done or self.failed is not None:
                break
            if (event := self._read(payload)) is not None:
                events.append(event)
        return events

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if no terminal marker came."""
        events = self.feed(self._decoder.rest())
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _read(self, payload: bytes) -> Event | None:
        try:
            event = json_text.read(payload)
        except json_text.InvalidJson:
            event = None
        if not isinstance(event, dict):
            self.malformed += 1
            return None
        reader = _READERS.get(text_in(event.get("type")))
        if reader is not None:
            return reader(self, event, object_in(event.get("delta")))
        if "type" not in event and (event.get("error") or event.get("message")):  # as a failed answer's body
            self.failed = error_from_object(event.get("error") or event, 200)
        return None

    def _chunk(self, delta: Json, content: bool = True, **choice: Any) -> Event:
        made = {"index": 0, "delta": delta, "finish_reason": None, **choice}
        return Event(b"", ({**self._frame, "choices": [made]},), content)

    def _start(self, event: Json, delta: Json) -> Event:
        self._frame["id"] = text_in(event.get("id")) or self._frame["id"]
        return self._chunk({"role": "assistant", "content": ""}, content=False)

    def _content(self, event: Json, delta: Json) -> Event | None:
        part = object_in(object_in(delta.get("message")).get("content"))
        text, thought = text_in(part.get("text")), text_in(part.get("thinking"))
        if not text and not thought:
            return None
        self.kept.add(text or thought)
        told = logprobs_of([event["logprobs"]]) if isinstance(event.get("logprobs"), dict) else None
        return self._chunk({"content": text} if text else {"reasoning_content": thought}, logprobs=told)

    def _plan(self, event: Json, delta: Json) -> Event | None:
        plan = text_in(object_in(delta.get("message")).get("tool_plan"))
        self.kept.add(plan)
        return self._chunk({"reasoning_content": plan}) if plan else None

    def _begin_call(self, event: Json, delta: Json) -> Event:
        call = call_of(object_in(object_in(delta.get("message")).get("tool_calls")), self._calls)
        self._calls += 1
        self.kept.add(call["function"]["name"] + call["function"]["arguments"])
        return self._chunk({"tool_calls": [call]})

    def _arguments(self, event: Json, delta: Json) -> Event | None:
        call = object_in(object_in(delta.get("message")).get("tool_calls"))
        arguments = text_in(object_in(call.get("function")).get("arguments"))
        if not arguments or not self._calls:
            return None
        self.kept.add(arguments)
        return self._chunk({"tool_calls": [{"index": self._calls - 1, "function": {"arguments": arguments}}]})

    def _citation(self, event: Json, delta: Json) -> Event | None:
        told = object_in(delta.get("message")).get("citations")
        found = objects_in(told if isinstance(told, list) else [told])
        said = self._numbered("citations", [citation_of(one) for one in found])
        said |= self._numbered("annotations", [page for one in found for page in pages_of(one)])
        return self._chunk(said) if said else None

    def _numbered(self, name: str, entries: list[Json]) -> Json:
        start = self._counts.get(name, 0)
        self._counts[name] = start + len(entries)
        return {name: [{"index": start + i, **entry} for i, entry in enumerate(entries)]} if entries else {}

    def _end(self, event: Json, delta: Json) -> Event | None:
        if "usage" in delta:
            self.usage = usage_of(delta["usage"])
        self.failed = failure_in(delta)
        if self.failed is not None:
            return None
        self.done = True
        ended = self._chunk({}, finish_reason=finish_of(delta), native_finish_reason=delta.get("finish_reason"))
        ended.last = True
        return ended


_READERS: dict[str, Callable[[CohereStream, Json, Json], Event | None]] = {
    "message-start": CohereStream._start,
    "content-start": CohereStream._content,
    "content-delta": CohereStream._content,
    "tool-plan-delta": CohereStream._plan,
    "tool-call-start": CohereStream._begin_call,
    "tool-call-delta": CohereStream._arguments,
    "citation-start": CohereStream._citation,
    "message-end": CohereStream._end,
}
