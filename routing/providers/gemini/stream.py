"""Google's streamed answers: events are read, and sent on as they came, or turned into internal chunks.

No terminal marker ends such a stream. It is whole if every candidate that began has said why it finished; so the
event that says it is held until the bytes end, to be marked as the last.
"""

from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.gemini.candidate import CandidateReader
from routing.providers.gemini.errors import error_from_object
from routing.providers.gemini.response import blocked, frame, response_id_of, searches_in
from routing.wire import json_text
from routing.wire.contract import Event, Json, TruncatedStream, UpstreamError
from routing.wire.gemini import ARRAY, SSE, dicts, finish_name, pick, usage_from_google
from routing.wire.json_array import JsonArrayDecoder
from routing.wire.kept_text import KEPT_TEXTS
from routing.wire.sse import SseDecoder, encode


class GenerateStream:
    """State of one stream. ``dialect``: the framing in which its raw events go on; see `routing.wire.gemini`."""

    __slots__ = (
        "_counts_once", "_custom", "_decoder", "_ended", "_first", "_held", "_model", "_raw_usage", "_readers",
        "_searches", "_translates", "_usage", "chars", "dialect", "failed", "malformed", "texts",
    )  # fmt: skip

    def __init__(self) -> None:
        self._decoder: SseDecoder | JsonArrayDecoder | None = None  # the first byte tells which
        self.dialect = SSE
        self.failed: UpstreamError | None = None
        self.malformed = 0  # events that were no JSON object; passed over
        self.texts: list[str] = []  # what the model wrote, for an estimate: the beginning,
        self.chars = 0  # and the length of all of it
        self._translates = True
        self._counts_once = False  # searches
        self._custom: frozenset[str] = frozenset()  # the caller's tools that take a text
        self._model = ""
        self._raw_usage: Any = None  # of the last event that had it; read when it is wanted
        self._usage = Usage()
        self._searches = 0
        self._ended: dict[int, bool] = {}  # by candidate
        self._readers: dict[int, CandidateReader] = {}
        self._held: Event | None = None
        self._first = True

    @property
    def usage(self) -> Usage:
        if self._raw_usage is not None:
            self._usage, self._raw_usage = usage_from_google(self._raw_usage), None
        self._usage.searches = self._searches
        return self._usage

    @usage.setter
    def usage(self, usage: Usage) -> None:
        self._usage, self._raw_usage = usage, None

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, but for the last of all, up to an in-band error."""
        if self._decoder is None:
            start = data.lstrip()
            if not start:
                return []
            self._decoder = JsonArrayDecoder() if start[:1] == b"[" else SseDecoder()
        return self._read_all(self._decoder.feed(data))

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if a candidate has not finished."""
        events = self._read_all(self._decoder.feed(self._decoder.rest())) if self._decoder else []
        if self.failed is not None:
            return events
        if self._held is None:
            raise TruncatedStream
        self._held.last = True
        if self.dialect == ARRAY:
            self._held.raw += b"]"
        return [*events, self._held]

    def _read_all(self, payloads: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for payload in payloads:
            if self.failed is not None:
                break
            try:
                data = json_text.read(payload)
            except json_text.InvalidJson:
                data = None
            if type(data) is not dict:
                self.malformed += 1
                continue
            event = self._read(data, payload)
            if event is not None:
                self._pass_on(event, events)
        return events

    def _pass_on(self, event: Event, events: list[Event]) -> None:
        if self._held is not None:
            events.append(self._held)
            self._held = None
        if self._ended and all(self._ended.values()):
            self._held = event
        else:
            events.append(event)

    def _read(self, data: Json, payload: bytes) -> Event | None:
        if data.get("error"):
            self.failed = error_from_object(data["error"], 200)
            return None
        candidates = dicts(data.get("candidates"))
        if not candidates and (refusal := blocked(data)) is not None:
            self.failed = refusal
            return None
        raw_usage = pick(data, "usageMetadata")
        if raw_usage is not None:
            self._raw_usage = raw_usage
        self._searches = max(self._searches, searches_in(data, self._counts_once))
        content = self._note(candidates)
        if not self._translates:
            return Event(self._framed(payload), content=content)
        chunks = (self._chunk(data, candidates),) if candidates else ()
        return Event(self._framed(payload), chunks, content)

    def _framed(self, payload: bytes) -> bytes:
        if b"\n" in payload:  # SDKs want an event on one line; in JSON a line break is never part of a text
            payload = payload.replace(b"\n", b" ")
        if self.dialect == SSE:
            return encode(payload)
        opening, self._first = (b"[" if self._first else b",\r\n"), False
        return opening + payload

    def _note(self, candidates: list[Json]) -> bool:
        """Whether any candidate brings something of the answer; keeps its text, and whether it has ended."""
        found = False
        for candidate in candidates:
            index = _index(candidate)
            ended = bool(finish_name(pick(candidate, "finishReason")))
            self._ended[index] = self._ended.get(index, False) or ended
            content = candidate.get("content")
            parts = dicts(content.get("parts")) if type(content) is dict else []
            found = found or ended or bool(parts)
            for part in parts:
                self._keep(part)
        return found

    def _keep(self, part: Json) -> None:
        text = part.get("text")
        if text is None and (call := pick(part, "functionCall")) is not None:
            text = str(call)
        if type(text) is str:
            if len(self.texts) < KEPT_TEXTS:
                self.texts.append(text)
            self.chars += len(text)

    def _chunk(self, data: Json, candidates: list[Json]) -> Json:
        choices = []
        for candidate in candidates:
            index = _index(candidate)
            reader = self._readers.get(index)
            if reader is None:
                reader = self._readers[index] = CandidateReader(response_id_of(data), self._custom)
                choice = reader.choice(candidate)
                choice["delta"] = {"role": "assistant", **choice["delta"]}
            else:
                choice = reader.choice(candidate)
            choices.append({"index": index, **choice})
        return {**frame(data, self._model), "object": "chat.completion.chunk", "choices": choices}


def _index(candidate: Json) -> int:
    index = candidate.get("index")
    return index if type(index) is int else 0
