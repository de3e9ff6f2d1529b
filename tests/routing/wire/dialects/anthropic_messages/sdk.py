"""Anthropic's official SDK in front of an answer that is already there."""

from typing import Any

import anthropic
import httpx2
import orjson
from anthropic.lib.streaming import MessageStream

from routing.wire.contract import Json

ASKED: Json = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
STREAM = {"content-type": "text/event-stream"}


def client(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> anthropic.Anthropic:
    """One whose every call is answered so."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(status, content=content, headers=headers))
    return anthropic.Anthropic(api_key="k", max_retries=0, http_client=httpx2.Client(transport=transport))


def whole(answer: Json) -> anthropic.types.Message:
    """A whole answer as the SDK reads it."""
    return client(orjson.dumps(answer), headers={"content-type": "application/json"}).messages.create(**ASKED)


def streamed(content: bytes) -> tuple[anthropic.types.Message, list[Any]]:
    """A stream as the SDK's own helper puts it together, and its events."""
    with client(content, headers=STREAM).messages.stream(**ASKED) as stream:
        assert isinstance(stream, MessageStream)
        events = list(stream)
        return stream.get_final_message(), events
