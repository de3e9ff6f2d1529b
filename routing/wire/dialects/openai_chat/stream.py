"""Streams in OpenAI's chat dialect, written from chunks of the internal form."""

from collections.abc import Iterable

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_chat.response import usage_object
from routing.wire.sse import encode


class ChatEmitter:
    """Chunks go out as they are; usage comes in a chunk of its own, to callers who asked for it."""

    __slots__ = ("_frame", "_wants_usage")

    def __init__(self, call: Call) -> None:
        self._wants_usage = call.wants_usage
        self._frame: Json = {"object": "chat.completion.chunk", "model": call.model}

    def feed(self, chunks: Iterable[Json], usage: Usage) -> bytes:
        out = []
        for chunk in chunks:
            self._frame = chunk
            out.append(encode(json_text.write(chunk)))
        return b"".join(out)

    def finish(self, usage: Usage) -> bytes:
        end = encode(b"[DONE]")
        if not self._wants_usage:
            return end
        last = {**self._frame, "choices": [], "usage": usage_object(usage)}
        return encode(json_text.write(last)) + end
