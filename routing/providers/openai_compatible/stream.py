"""OpenAI's streamed answers: events are read, and sent on as they came."""

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
        self.usage: Usage | None = None
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # events that were no JSON object; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate

    def feed(self, data: bytes) -> list[Event]:
        return self._events(self._decoder.feed(data))

    def finish(self) -> list[Event]:
        events = self._events(self._decoder.finish())
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _events(self, payloads: list[bytes]) -> list[Event]:
        events = []
        for payload in payloads:
            if self.done or self.failed:
                break
            event = self._event(payload)
            if event is not None:
                events.append(event)
        return events

    def _event(self, payload: bytes) -> Event | None:
        try:
            chunk = orjson.loads(payload)
        except orjson.JSONDecodeError:
            if payload.strip() == DONE:
                self.done = True
                return Event(encode(DONE), last=True)
            chunk = None
        if not isinstance(chunk, dict):
            self.malformed += 1
            return None
        if chunk.get("error"):
            self.failed = error_from_object(chunk["error"], 200)
            return None
        return self._chunk(chunk, payload)

    def _chunk(self, chunk: Json, payload: bytes) -> Event:
        choices = chunk.get("choices") or ()
        raw_usage = chunk.get("usage")
        if raw_usage is not None:
            self.usage = usage_from_openai(raw_usage)
        content = False
        for choice in choices:
            if self._reads_content(choice):
                content = True
        return Event(encode(payload), content, usage_only=raw_usage is not None and not choices)

    def _reads_content(self, choice: Any) -> bool:
        """Whether a choice brings something of the answer; keeps its text."""
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            return False
        found = choice.get("finish_reason") is not None
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
