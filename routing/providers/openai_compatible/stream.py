"""OpenAI's streamed answers: events are read, and sent on as they came.

This runs for every chunk of every stream, so the usual event takes a straight way through `feed`.
"""

from typing import Any

import orjson

from billing.dataplane.usage import Usage, usage_from_openai
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.errors import error_from_object
from routing.wire.sse import SseDecoder, encode

DONE = b"[DONE]"


class ChatStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    __slots__ = ("_decoder", "done", "failed", "malformed", "texts", "usage")

    def __init__(self) -> None:
        self._decoder = SseDecoder()
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # events that were no JSON object; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events = []
        for payload in self._decoder.feed(data):
            if self.done or self.failed is not None:
                break
            try:
                chunk = orjson.loads(payload)
                event = self._read(chunk, payload)
            except orjson.JSONDecodeError:
                event = self._read_no_json(payload)
            if event is not None:
                events.append(event)
        return events

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if no terminal marker came."""
        events = self.feed(self._decoder.rest())
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _read(self, chunk: Any, payload: bytes) -> Event | None:
        if type(chunk) is not dict:
            self.malformed += 1
            return None
        choices = chunk.get("choices")
        usage = chunk.get("usage")
        if usage is not None:
            self.usage = usage_from_openai(usage)
        if choices:
            return Event(encode(payload), self._has_content(choices))
        if chunk.get("error"):
            self.failed = error_from_object(chunk["error"], 200)
            return None
        return Event(encode(payload), usage_only=usage is not None)

    def _read_no_json(self, payload: bytes) -> Event | None:
        if payload.strip() == DONE:
            self.done = True
            return Event(encode(DONE), last=True)
        self.malformed += 1
        return None

    def _has_content(self, choices: list[Json]) -> bool:
        """Whether any choice brings something of the answer; keeps its text."""
        found = False
        for choice in choices:
            delta = choice.get("delta") if type(choice) is dict else None
            if type(delta) is not dict:
                continue
            if choice.get("finish_reason") is not None:
                found = True
            for name, value in delta.items():
                if value and name != "role":
                    found = True
                    if type(value) is str:
                        self.texts.append(value)
                    elif name == "tool_calls":
                        self.texts.extend(_arguments(value))
        return found


def _arguments(tool_calls: Any) -> list[str]:
    functions = [call.get("function") for call in tool_calls if isinstance(call, dict)]
    return [str(part) for f in functions if isinstance(f, dict) for part in (f.get("name"), f.get("arguments")) if part]
