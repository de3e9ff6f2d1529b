"""Recorded exchanges of the Responses API, and adapters that are ready to read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from billing.dataplane.usage import Usage
from routing.providers.openai_responses.adapter import OpenAIResponsesAdapter
from routing.wire.contract import Call, Event, Json, Target, TruncatedStream
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

TARGET = Target("openai", "https://provider.example/v1", "their-model")
STRAIGHT, CHAT = "openai_responses", "openai_chat"
PROVIDERS = ("openai", "azure", "xai", "deepseek", "openrouter", "bedrock-mantle")
# One is an embedding, filed under another endpoint.
_FOREIGN = "encoding_format"


def everything() -> list[Cassette]:
    """The kept exchanges, and the whole collection where it is beside the repository."""
    found = {one.id: one for one in cassettes.kept()}
    found |= {one.id: one for provider in PROVIDERS for one in cassettes.full(provider)}
    return [one for one in found.values() if one.endpoint == "responses" and _FOREIGN not in one.request]


ALL = [one for one in everything() if one.body]
KEPT_IDS = {one.id for one in cassettes.kept()}
KEPT = [one for one in ALL if one.id in KEPT_IDS]


def told(stream: bytes) -> list[Json]:
    """The data of each event, up to the end."""
    lines = [line for line in stream.splitlines() if line.startswith(b"data:")]
    return [orjson.loads(line[5:]) for line in lines if line[5:].strip() != b"[DONE]"]


def name(cassette: Cassette) -> str:
    return f"{cassette.provider}-{cassette.id}"


def adapter(body: Json | None = None, dialect: str = STRAIGHT, stream: bool = True) -> OpenAIResponsesAdapter:
    """One that has just built a request."""
    made = OpenAIResponsesAdapter()
    asked = body or (
        {"input": "Hello"} if dialect == STRAIGHT else {"messages": [{"role": "user", "content": "Hello"}]}
    )
    made.build(Call("chat", dialect, asked, "route", stream), TARGET)
    return made


@dataclass
class Reading:
    """What came of a stream."""

    events: list[tuple[bytes, list[Json], bool, bool]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    truncated: bool = False
    error: str | None = None

    @property
    def raw(self) -> bytes:
        return b"".join(event[0] for event in self.events)

    @property
    def deltas(self) -> list[Json]:
        return [choice["delta"] for _, chunks, *_ in self.events for chunk in chunks for choice in chunk["choices"]]

    def text(self, name: str = "content") -> str:
        return "".join(delta.get(name) or "" for delta in self.deltas)


def read(pieces: Iterable[bytes], dialect: str = STRAIGHT, body: Json | None = None) -> Reading:
    """Feed the pieces and end the stream."""
    made, reading = adapter(body, dialect), Reading()

    def take(events: list[Event]) -> None:
        reading.events += [(event.raw, list(event.chunks), event.content, event.last) for event in events]

    for piece in pieces:
        take(made.feed(piece))
    try:
        take(made.finish())
    except TruncatedStream:
        reading.truncated = True
    reading.usage, reading.malformed = made.usage, made.malformed
    reading.error = made.failed.message if made.failed else None
    return reading
