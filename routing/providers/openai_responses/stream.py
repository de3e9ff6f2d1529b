"""Streamed answers: events are read, and sent on as they came or put into the internal form.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.openai_responses.chunks import Chunks
from routing.providers.openai_responses.response import usage_of
from routing.wire import json_text
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.openai_errors import error_from_object
from routing.wire.responses import ENDINGS
from routing.wire.sse import SseDecoder, encode
from routing.wire.tokens import COUNTED_CHARS

# The frame of an answer, no part of it.
_FRAME = frozenset({
    "response.created", "response.in_progress", "response.queued", "response.content_part.added",
    "response.reasoning_summary_part.added", "keepalive",
})  # fmt: skip
_FAILURES = frozenset({"response.failed", "error"})


class ResponsesStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    def __init__(self) -> None:
        self._decoder = SseDecoder()
        self._chunks: Chunks | None = None  # for callers of other dialects
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # events that were no JSON object; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate: the beginning,
        self.chars = 0  # and the length of all of it
        self.answer: Json | None = None  # the whole Response, once it is there

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events = []
        for payload in self._decoder.feed(data):
            if self.done or self.failed is not None:
                break
            event = self._read(payload)
            if event is not None:
                events.append(event)
        return events

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if the last event did not come."""
        events = self.feed(self._decoder.rest())
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _read(self, payload: bytes) -> Event | None:
        try:
            event = json_text.read(payload)
            kind = event["type"]
        except (json_text.InvalidJson, KeyError, TypeError):
            kind = None
        if type(kind) is not str or not kind.isprintable():
            self._read_odd(payload)
            return None
        if kind in _FAILURES or event.get("error"):
            self._fail(event)
            return None
        if kind in ENDINGS:
            self._end(event)
        elif kind.endswith(".delta") and type(event.get("delta")) is str:
            self._keep(event["delta"])
        chunks = self._chunks.of(event) if self._chunks is not None else ()
        raw = b"event: %b\n%b" % (kind.encode("utf-8", "replace"), encode(payload))
        return Event(raw, chunks, kind not in _FRAME and not _is_begun(kind, event), last=self.done)

    def _read_odd(self, payload: bytes) -> None:
        """What is no event of this API: an error of a proxy before it, the end marker of another, or rubbish."""
        if payload.strip() == b"[DONE]":
            return
        try:
            data = json_text.read(payload)
        except json_text.InvalidJson:
            data = None
        if isinstance(data, dict) and data.get("error"):
            self._fail(data)
        else:
            self.malformed += 1

    def _end(self, event: Json) -> None:
        response = event.get("response")
        self.done = True
        if isinstance(response, dict):
            self.answer = response
            self.usage = usage_of(response)

    def _fail(self, event: Json) -> None:
        response = event.get("response")
        if isinstance(response, dict):
            self.usage = usage_of(response)
            error: Any = response.get("error")
        else:
            error = event.get("error") or event
        self.failed = error_from_object(error or "The provider's answer failed.", 200)

    def _keep(self, text: str) -> None:
        if self.chars < COUNTED_CHARS:
            self.texts.append(text)
        self.chars += len(text)


def _is_begun(kind: str, event: Json) -> bool:
    """A message or thoughts have begun, of which nothing is there yet."""
    item = event.get("item") if kind == "response.output_item.added" else None
    return isinstance(item, dict) and item.get("type") in ("message", "reasoning")
