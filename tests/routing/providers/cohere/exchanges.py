"""Recorded exchanges with Cohere, and how an adapter reads them."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from billing.dataplane.usage import Usage
from routing.providers.cohere.adapter import CohereAdapter
from routing.wire.contract import Call, Event, Json, Target
from routing.wire.sse import encode
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

USER: Json = {"role": "user", "content": "Hello"}
COMMAND, REASONER = "command-a-03-2025", "command-a-reasoning-08-2025"


def target(model: str = COMMAND) -> Target:
    return Target("cohere", "https://api.cohere.com/v2", model, secrets=("key",))


def everything(endpoint: str) -> list[Cassette]:
    """The kept ones, and all where the shared data is; version 2 alone."""
    found = {one.id: one for one in [*cassettes.kept(), *cassettes.full("cohere")] if one.provider == "cohere"}
    return [one for one in found.values() if one.endpoint == endpoint and "/v1/" not in one.url]


def asked(model: str = COMMAND, stream: bool = False, **fields: Any) -> tuple[Json, list[str]]:
    """The body that is sent, and the warnings."""
    call = Call("chat", "openai_chat", {"model": "m", "messages": [USER], **fields}, "m", stream)
    outgoing = CohereAdapter().build(call, target(model))
    assert outgoing.path == "/chat"
    body: Json = orjson.loads(outgoing.body)
    return body, call.warnings


def adapter(stream: bool = True) -> CohereAdapter:
    made = CohereAdapter()
    made.build(Call("chat", "openai_chat", {"messages": [USER]}, "m", stream), target())
    return made


def event(kind: str, delta: Json | None = None, **fields: Any) -> bytes:
    return encode(orjson.dumps({"type": kind, **fields, **({} if delta is None else {"delta": delta})}))


def read(parts: Iterable[bytes]) -> tuple[list[tuple[Any, ...]], Usage]:
    """What came of a stream, ids and times left out."""
    made = adapter()
    events = [each for part in parts for each in made.feed(part)] + made.finish()
    return shape(events), made.usage


def shape(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    return [([chunk["choices"] for chunk in each.chunks], each.content, each.last) for each in events]


def told(body: bytes) -> list[Json]:
    """The events of a recorded stream, read by other code than ours."""
    lines = [line[6:] for line in body.splitlines() if line.startswith(b"data: {")]
    return [orjson.loads(line) for line in lines]


def said(events: list[tuple[Any, ...]]) -> list[Json]:
    """The deltas, one after another."""
    return [choice["delta"] for chunks, _, _ in events for choices in chunks for choice in choices]
