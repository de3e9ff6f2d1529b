"""OpenAI's streamed answers: events are read, and sent on as they came.

This runs for every chunk of every stream, so the usual event takes a straight way through `feed`.
"""

from typing import Any

import orjson

from billing.dataplane.usage import NO_USAGE, usage_from_openai
from routing.providers.openai_compatible import normal
from routing.wire import json_text
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.kept_text import KEPT_TEXTS
from routing.wire.openai_errors import error_from_object
from routing.wire.sse import SseDecoder, encode

DONE = b"[DONE]"


class ChatStream:
    """State of one stream: what has come so far, and whether it ended as it should."""

    __slots__ = ("_decoder", "_finished", "_needs_done", "chars", "done", "failed", "malformed", "texts", "usage")

    def __init__(self) -> None:
        self._decoder = SseDecoder()
        self.usage = NO_USAGE
        self.failed: UpstreamError | None = None
        self.done = False
        self._needs_done = True  # some servers close the connection after the finish reason, and send no [DONE]
        self._finished = False  # a finish reason came
        self.malformed = 0  # events that were no JSON object; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate: the beginning,
        self.chars = 0  # and the length of all of it

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        if self._decoder.is_one_line(data):
            event = self._read(data[6:-2], data)
            return [] if event is None else [event]
        events = [self._read(payload, encode(payload)) for payload in self._decoder.feed(data)]
        return [event for event in events if event is not None]

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if no terminal marker came."""
        events = self.feed(self._decoder.rest())
        if self.done or self.failed is not None:
            return events
        if self._needs_done or not self._finished:
            raise TruncatedStream
        return [*events, Event(encode(DONE), last=True)]

    def _read(self, payload: bytes, raw: bytes) -> Event | None:
        """One event; ``raw``: it with its frame. None for what is not to be sent on."""
        if self.done or self.failed is not None:
            return None
        try:
            chunk = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return self._read_unclean(payload, raw)
        try:  # the usual chunk: one piece of text
            (choice,) = chunk["choices"]
            text = choice["delta"]["content"]
            if type(text) is str and text and chunk.get("usage") is None:
                if len(self.texts) < KEPT_TEXTS:
                    self.texts.append(text)
                self.chars += len(text)
                return Event(raw, (chunk,), True)
        except (KeyError, TypeError, ValueError):
            pass
        return self._read_unusual(chunk, raw)

    def _read_unusual(self, chunk: Any, raw: bytes) -> Event | None:
        if type(chunk) is not dict:
            self.malformed += 1
            return None
        choices = chunk.get("choices")
        usage = chunk.get("usage")
        if usage is None and "x_groq" in chunk:  # https://console.groq.com/docs/api-reference#chat-create
            usage = (chunk["x_groq"] or {}).get("usage")
        if usage is not None:
            self.usage = usage_from_openai(usage)
        # Some put their error beside choices, older vLLM servers send it bare.
        error = chunk if chunk.get("object") == "error" else chunk.get("error")
        if error:
            self.failed = error_from_object(error, 200)
            return None
        if choices and type(choices) is list:
            return Event(raw, (normal.chunk(chunk),), self._has_content(choices))
        return Event(raw, usage_only=usage is not None)

    def _read_unclean(self, payload: bytes, raw: bytes) -> Event | None:
        """The terminal marker, JSON with half surrogate pairs, or nothing that can be read."""
        if payload.strip() == DONE:
            self.done = True
            return Event(encode(DONE), last=True)
        try:
            return self._read_unusual(json_text.read(payload), raw)
        except json_text.InvalidJson:
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
                found = self._finished = True
            for name, value in delta.items():
                if value and name != "role":
                    found = True
                    if type(value) is str:
                        self._keep(value)
                    elif name == "tool_calls" and type(value) is list:
                        self._keep(*_arguments(value))
        return found

    def _keep(self, *texts: str) -> None:
        self.texts.extend(texts[: KEPT_TEXTS - len(self.texts)])
        self.chars += sum(map(len, texts))


def _arguments(tool_calls: list[Any]) -> list[str]:
    functions = [call.get("function") for call in tool_calls if isinstance(call, dict)]
    return [str(part) for f in functions if isinstance(f, dict) for part in (f.get("name"), f.get("arguments")) if part]
