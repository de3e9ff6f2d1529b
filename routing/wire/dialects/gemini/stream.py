"""Streams in Google's dialect, written from chunks of the internal form: as SSE, or as one JSON array.

A function call goes out whole, once its arguments are: Google has no pieces of them.
"""

from collections.abc import Iterable

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Call, Json
from routing.wire.dialects.gemini.response import beside, finish_reason, frame, function_call, said, thoughts
from routing.wire.gemini import dicts, usage_metadata
from routing.wire.sse import encode


class GeminiEmitter:
    """An event for each chunk that says something, and one at the end with the reason and the usage."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._frame: Json = frame({}, call)
        self._candidates: dict[int, _Candidate] = {}

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        out = []
        for chunk in chunks:
            if chunk.get("id"):
                self._frame = frame(chunk, self._call)
            candidates = [made for choice in dicts(chunk.get("choices")) if (made := self._read(choice)) is not None]
            if candidates:
                out.append(self._event(candidates, {}))
        return b"".join(out)

    def finish(self, usage: Usage) -> bytes:
        ends = [candidate.end(index) for index, candidate in sorted(self._candidates.items())]
        return self._event(ends, {"usageMetadata": usage_metadata(usage)})

    def _read(self, choice: Json) -> Json | None:
        index = choice.get("index")
        index = index if type(index) is int else 0
        return self._candidates.setdefault(index, _Candidate()).read(choice, index)

    def _event(self, candidates: list[Json], more: Json) -> bytes:
        return self._framed(json_text.write({"candidates": candidates, **more, **self._frame}))

    def _framed(self, event: bytes) -> bytes:
        return encode(event)


class ArrayEmitter(GeminiEmitter):
    """The same without SSE: the events as elements of one array."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._opening = b"["

    def finish(self, usage: Usage) -> bytes:
        return super().finish(usage) + b"]"

    def _framed(self, event: bytes) -> bytes:
        opening, self._opening = self._opening, b",\r\n"
        return opening + event


class _Candidate:
    """One choice: its calls until they are whole, its annotations and its end."""

    def __init__(self) -> None:
        self._calls: dict[int, Json] = {}
        self._annotations: list[Json] = []
        self._last: Json = {}
        self._thought = ""  # without a signature so far

    def read(self, choice: Json, index: int) -> Json | None:
        """What can go out at once; None if that is nothing."""
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else {}
        if choice.get("finish_reason"):
            self._last = choice
        for call in dicts(delta.get("tool_calls")):
            self._keep(call)
        self._annotations += dicts(delta.get("annotations"))
        parts = [*self._thoughts(delta), *said(delta)]
        logprobs = beside(choice, None)
        if not parts and not logprobs:
            return None
        return {"content": {"parts": parts, "role": "model"}, "index": index, **logprobs}

    def _thoughts(self, delta: Json) -> list[Json]:
        """A block with its signature says its thoughts again; those that went out already are left out."""
        parts = thoughts({"reasoning_content": delta.get("reasoning_content")})
        self._thought += "".join(part["text"] for part in parts)
        for part in thoughts({"thinking_blocks": delta.get("thinking_blocks")}):
            text = part["text"].removeprefix(self._thought) if self._thought else part["text"]
            self._thought = ""
            parts.append({**part, "text": text})
        return parts

    def _keep(self, call: Json) -> None:
        place = call.get("index")
        kept = self._calls.setdefault(place if type(place) is int else len(self._calls), {})
        for name in ("id", "extra_content"):
            if call.get(name) is not None:
                kept[name] = call[name]
        for kind, text in (("function", "arguments"), ("custom", "input")):
            piece = call.get(kind)
            if isinstance(piece, dict):
                _put_together(kept.setdefault(kind, {}), piece, text)

    def end(self, index: int) -> Json:
        parts = [function_call(call) for _, call in sorted(self._calls.items())]
        reason = finish_reason(self._last) if self._last else "STOP"
        content: Json = {"content": {"parts": parts or [{"text": ""}], "role": "model"}}
        return {**content, "finishReason": reason, "index": index, **beside({}, self._annotations)}


def _put_together(kept: Json, piece: Json, text: str) -> None:
    if isinstance(piece.get("name"), str) and piece["name"]:
        kept["name"] = piece["name"]
    if isinstance(piece.get(text), str):
        kept[text] = kept.get(text, "") + piece[text]
