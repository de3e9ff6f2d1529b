"""Recorded exchanges with servers that speak OpenAI's dialect, and how an adapter reads them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from billing.dataplane.usage import Usage
from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.wire.contract import Call, Event, Json, Target, TruncatedStream
from tests.upstream import cassettes
from tests.upstream.cassettes import FULL, Cassette

TARGET = Target("openai_compatible", "http://provider.example/v1", "their-model")
# These end without a terminal marker, so that they cannot be told from a stream that broke off.
UNMARKED = {"huggingface", "perplexity"}
# Of what speaks other dialects at the same endpoint name.
FOREIGN = {"anthropic", "bedrock", "cohere", "vertex"}


def everything() -> list[Cassette]:
    """The kept exchanges, and the whole collection where it is beside the repository."""
    providers = sorted(path.name.removesuffix(".jsonl.gz") for path in FULL.glob("[a-z]*.jsonl.gz"))
    found = {one.id: one for provider in providers if provider not in FOREIGN for one in cassettes.full(provider)}
    return list({**{one.id: one for one in cassettes.kept()}, **found}.values())


def name(cassette: Cassette) -> str:
    return f"{cassette.provider}-{cassette.id}"


def adapter(request: Json, stream: bool = True, endpoint: str = "chat") -> OpenAICompatibleAdapter:
    """One that has just built a request."""
    made = OpenAICompatibleAdapter()
    made.build(Call(endpoint, "openai_chat", request, str(request.get("model")), stream), TARGET)
    return made


@dataclass
class Reading:
    """What came of a stream."""

    events: list[tuple[bytes, bool, bool, bool]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    truncated: bool = False
    error: str | None = None

    @property
    def raw(self) -> bytes:
        return b"".join(event[0] for event in self.events)


def read(pieces: Iterable[bytes], request: Json | None = None) -> Reading:
    """Feed the pieces and end the stream."""
    made, reading = adapter(request or {"messages": []}), Reading()

    def take(events: list[Event]) -> None:
        reading.events += [(event.raw, event.content, event.usage_only, event.last) for event in events]

    for piece in pieces:
        take(made.feed(piece))
    try:
        take(made.finish())
    except TruncatedStream:
        reading.truncated = True
    reading.usage, reading.malformed = made.usage, made.malformed
    reading.error = made.failed.message if made.failed else None
    return reading
