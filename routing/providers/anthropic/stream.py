"""Anthropic's streamed answers: sent on as they came, or as chunks of the internal form.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from typing import Any

from billing.dataplane.usage import Usage, usage_from_anthropic
from routing.providers.anthropic.chunks import Chunks
from routing.providers.anthropic.errors import error_from_event
from routing.wire import json_text
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.kept_text import KEPT_TEXTS
from routing.wire.sse import SseDecoder

# Events that frame the answer, and bring nothing of it.
_FRAME = frozenset({"message_start", "ping", "content_block_stop"})
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)
# Where a delta's text stands.
_TEXTS = ("text", "thinking", "partial_json")


class MessageStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    __slots__ = ("_chunks", "_counts", "_decoder", "chars", "done", "failed", "malformed", "texts", "usage")

    def __init__(self) -> None:
        self._decoder = SseDecoder()
        self._chunks: Chunks | None = None  # None: the caller speaks this dialect
        self._counts: Json = {}  # all that was said of usage; later events count from the beginning too
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # events that were no JSON object, or not what they said they were; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate: the beginning,
        self.chars = 0  # and the length of all of it

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events = []
        for payload in self._decoder.feed(data):
            if self.done or self.failed is not None:
                break
            try:
                event = self._read(json_text.read(payload), payload)
            except _MALFORMED:
                self.malformed += 1
                continue
            if event is not None:
                events.append(event)
        return events

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if no terminal marker came."""
        events = self.feed(self._decoder.rest())
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _read(self, event: Any, payload: bytes) -> Event | None:
        """One event; None for an error. Raises `_MALFORMED` for what is no event."""
        kind = event["type"]
        if kind == "content_block_delta":  # the usual case
            self._keep(event["delta"])
            if self._chunks is None:
                return Event(b"event: content_block_delta\ndata: %s\n\n" % payload, content=True)
            return Event(b"", self._chunks.delta(event), True)
        if kind == "message_start":
            self._count(event["message"].get("usage"), "none")
        elif kind == "message_delta":
            self._count(event.get("usage"), "provider")
        elif kind == "error":
            self.failed = error_from_event(event)
            return None
        chunks = () if self._chunks is None else self._chunks.read(kind, event)
        raw = b"event: %s\ndata: %s\n\n" % (kind.encode(), payload) if self._chunks is None else b""
        self.done = kind == "message_stop"
        return Event(raw, chunks, not self.done and kind not in _FRAME, last=self.done)

    def _keep(self, delta: Json) -> None:
        for name in _TEXTS:
            text = delta.get(name)
            if type(text) is str:
                if len(self.texts) < KEPT_TEXTS and text:
                    self.texts.append(text)
                self.chars += len(text)
                return

    def _count(self, usage: Any, source: str) -> None:
        """Counts so far. They are the provider's word only once it has told the output's, at the end."""
        if type(usage) is dict:
            self._counts.update({name: value for name, value in usage.items() if value is not None})
            self.usage = usage_from_anthropic(self._counts)
            self.usage.source = source
