"""Streams of the completions API, written from chunks of the internal form."""

from collections.abc import Iterable

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_chat.response import usage_object
from routing.wire.dialects.openai_completions.response import frame, text_choice
from routing.wire.responses import objects
from routing.wire.sse import encode


class CompletionsEmitter:
    """A chunk with text or a finish is one event; what else a chat says has no place here."""

    __slots__ = ("_call", "_last")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._last: Json = {}

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        out = []
        for chunk in chunks:
            self._last = chunk
            choices = [text for choice in objects(chunk.get("choices")) if (text := _choice(choice))]
            if choices:
                out.append(encode(json_text.write({**frame(chunk, self._call), "choices": choices})))
        return b"".join(out)

    def finish(self, usage: Usage) -> bytes:
        end = encode(b"[DONE]")
        if not self._call.wants_usage:
            return end
        last = {**frame(self._last, self._call), "choices": [], "usage": usage_object(usage)}
        return encode(json_text.write(last)) + end


def _choice(choice: Json) -> Json | None:
    delta, finish = choice.get("delta"), choice.get("finish_reason")
    text = delta.get("content") if isinstance(delta, dict) else None
    if not (isinstance(text, str) and text) and finish is None:
        return None
    return text_choice(text if isinstance(text, str) else "", choice.get("index") or 0, finish)
