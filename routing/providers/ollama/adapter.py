"""Ollama's chats, translated for all callers; a prompt's continuation for callers who ask for one."""

import random
import time
from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.ollama import request, response
from routing.wire import json_text
from routing.wire.contract import Answer, Call, Event, Json, Outgoing, Target, TruncatedStream, UpstreamError
from routing.wire.kept_text import KeptText
from routing.wire.ndjson import LineDecoder
from routing.wire.openai_errors import error_from_body
from routing.wire.prompt_size import prompt_tokens
from routing.wire.reading import answer_in, written
from routing.wire.tokens import text_of

BASE_URL = "http://localhost:11434/api"
PROMPTS = "openai_completions"  # the dialect whose callers have a prompt, and no chat


class OllamaAdapter:
    """One attempt."""

    __slots__ = ("_call", "_calls", "_decoder", "_frame", "_said", "done", "failed", "kept", "malformed", "usage")
    dialect = "ollama"

    def __init__(self) -> None:
        self._decoder = LineDecoder()
        self._calls = 0  # tools called so far
        self._said = False  # the stream has begun
        self.usage = Usage()
        self.failed: UpstreamError | None = None
        self.done = False
        self.malformed = 0  # lines that cannot be read; passed over
        self.kept = KeptText()

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        name = f"chatcmpl-{random.getrandbits(96):024x}"
        self._frame: Json = {"id": name, "object": "", "created": int(time.time()), "model": target.model}
        if call.dialect == PROMPTS:
            return Outgoing("/generate", written(request.generate(call, target)))
        return Outgoing("/chat", written(request.chat(call, target)))

    def parse(self, body: bytes) -> Answer:
        data = response.checked(answer_in(body))
        said = {"role": "assistant", "content": None, "refusal": None, **response.delta_of(data, 0)}
        calls = [{name: call[name] for name in call if name != "index"} for call in said.pop("tool_calls", [])]
        if calls:
            said["tool_calls"] = calls
        elif said["content"] is None:
            said["content"] = ""
        self.kept.add(text_of(said))
        self._count(data)
        choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": response.finish_of(data, len(calls))}
        return Answer(body, {**self._frame, "object": "chat.completion", "choices": [choice]})

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, up to the end or an in-band error."""
        events: list[Event] = []
        for line in self._decoder.feed(data):
            if self.done or self.failed is not None:
                break
            if (event := self._read(line)) is not None:
                events.append(event)
        return events

    def finish(self) -> list[Event]:
        """What is left at the end of the bytes. Raises `TruncatedStream` if no last line came."""
        events = self.feed(b"\n")
        if not self.done and self.failed is None:
            raise TruncatedStream
        return events

    def _read(self, line: bytes) -> Event | None:
        try:
            data = json_text.read(line)
        except json_text.InvalidJson:
            data = None
        if not isinstance(data, dict):
            self.malformed += 1
            return None
        try:
            delta = response.delta_of(response.checked(data), self._calls)
        except UpstreamError as error:
            if data.get("error"):
                self.failed = error
            else:
                self.malformed += 1
            return None
        return self._event(data, delta)

    def _event(self, data: Json, delta: Json) -> Event:
        self._calls += len(delta.get("tool_calls", ()))
        self.kept.add(text_of(delta))
        content = bool(delta)
        if not self._said:
            self._said, delta = True, {"role": "assistant", "content": "", **delta}
        chunks = [self._chunk(delta, None)] if delta else []
        if data.get("done") is True:
            self.done = True
            self._count(data)
            chunks.append(self._chunk({}, response.finish_of(data, self._calls)))
        return Event(b"", chunks, content or self.done, last=self.done)

    def _chunk(self, delta: Json, finish: str | None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**self._frame, "object": "chat.completion.chunk", "choices": [choice]}

    def _count(self, data: Json) -> None:
        self.usage = response.usage_of(data)
        if self.usage.source == "none":
            self.estimate()

    def estimate(self) -> None:
        """All of it, or the prompt alone where only that was not counted."""
        wrote = self.usage.output_tokens or self.kept.tokens
        self.usage = Usage(input_tokens=prompt_tokens(self._call.chat), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
