"""Recorded exchanges with Anthropic, and how its adapter reads them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from billing.dataplane.usage import Usage
from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.wire.contract import Call, Event, Json, Target, TruncatedStream
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

MODEL = "claude-sonnet-4-5"
OWN = "anthropic_messages"
HELLO: list[Json] = [{"role": "user", "content": "Hello"}]


def everything() -> list[Cassette]:
    """The kept exchanges, and the whole collection where it is beside the repository."""
    kept = [one for one in cassettes.kept() if one.provider == "anthropic"]
    found = {one.id: one for one in (*kept, *cassettes.full("anthropic"))}
    return [one for one in found.values() if one.endpoint == "messages"]


def name(cassette: Cassette) -> str:
    return cassette.id


def target(model: str = MODEL) -> Target:
    return Target("anthropic", "https://api.anthropic.example/v1", model, secrets=("secret",))


def call(chat: Json, stream: bool = False, dialect: str = "openai_chat", operation: str = "chat") -> Call:
    """A call in the internal form, or in Anthropic's own dialect."""
    made = Call(operation, dialect, chat, "route", stream)
    if dialect == OWN:
        made.to_chat = ANTHROPIC_MESSAGES.to_chat
    return made


def adapter(stream: bool = False, dialect: str = "openai_chat", chat: Json | None = None) -> AnthropicAdapter:
    """One that has just built a request."""
    made = AnthropicAdapter()
    made.build(call(chat or {"messages": HELLO}, stream, dialect), target())
    return made


def built(chat: Json, model: str = MODEL, warnings: list[str] | None = None, stream: bool = False) -> Json:
    """The body that goes out for a chat in the internal form."""
    asked = call({"messages": HELLO, **chat}, stream)
    body = orjson.loads(AnthropicAdapter().build(asked, target(model)).body)
    if warnings is not None:
        warnings += asked.warnings
    return dict(body)


def events_of(body: bytes) -> list[Json]:
    """The data of each event of a stream."""
    data = [line[5:] for line in body.splitlines() if line.startswith(b"data:")]
    return [orjson.loads(one) for one in data]


def event(kind: str, **fields: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps({"type": kind, **fields}))


def block_stream(start: Json, *deltas: Json, stop: str = "end_turn") -> bytes:
    """A whole stream of one block."""
    return b"".join([
        event("message_start", message={"id": "msg_1", "model": MODEL, "usage": {"input_tokens": 9}}),
        event("content_block_start", index=0, content_block=start),
        *(event("content_block_delta", index=0, delta=delta) for delta in deltas),
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": stop, "stop_sequence": None}, usage={"output_tokens": 5}),
        event("message_stop"),
    ])  # fmt: skip


@dataclass
class Reading:
    """What came of a stream."""

    events: list[tuple[bytes, str, bool, bool]] = field(default_factory=list)
    chunks: list[Json] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    truncated: bool = False
    error: str | None = None

    @property
    def raw(self) -> bytes:
        return b"".join(event[0] for event in self.events)

    @property
    def text(self) -> str:
        return "".join(delta.get("content") or "" for delta in self.deltas)

    @property
    def deltas(self) -> list[Json]:
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]


def read(pieces: Iterable[bytes], dialect: str = "openai_chat") -> Reading:
    """Feed the pieces and end the stream."""
    made, reading = adapter(stream=True, dialect=dialect), Reading()

    def take(events: list[Event]) -> None:
        for one in events:
            chunks = [{**chunk, "created": 0} for chunk in one.chunks]
            reading.chunks += chunks
            reading.events.append((one.raw, repr(chunks), one.content, one.last))

    for piece in pieces:
        take(made.feed(piece))
    try:
        take(made.finish())
    except TruncatedStream:
        reading.truncated = True
    reading.usage, reading.malformed = made.usage, made.malformed
    reading.error = made.failed.message if made.failed else None
    return reading
