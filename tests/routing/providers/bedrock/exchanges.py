"""Recorded exchanges with Bedrock, and how an adapter reads them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from billing.dataplane.usage import Usage
from routing.providers.bedrock.adapter import BedrockAdapter
from routing.wire.contract import Call, Event, Json, Target, TruncatedStream
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"


def everything(*endpoints: str) -> list[Cassette]:
    """The kept exchanges, and the whole collection where it is beside the repository."""
    kept = {one.id: one for one in cassettes.kept() if one.provider == "bedrock"}
    found = {**kept, **{one.id: one for one in cassettes.full("bedrock")}}
    return [one for one in found.values() if one.endpoint in endpoints]


def target(model: str = CLAUDE, **settings: str) -> Target:
    return Target("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com", model, settings=settings)


def adapter(chat: Json | None = None, stream: bool = False, model: str = CLAUDE) -> BedrockAdapter:
    """One that has just built a request."""
    made = BedrockAdapter()
    made.build(Call("chat", "openai_chat", chat or {"messages": []}, "m", stream), target(model))
    return made


@dataclass
class Reading:
    """What came of a stream."""

    chunks: list[Json] = field(default_factory=list)
    marks: list[tuple[bool, bool]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    malformed: int = 0
    truncated: bool = False
    error: str | None = None

    @property
    def deltas(self) -> list[Json]:
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]

    def joined(self, name: str) -> str:
        return "".join(delta.get(name) or "" for delta in self.deltas)

    @property
    def finish_reasons(self) -> list[str]:
        found = [choice["finish_reason"] for chunk in self.chunks for choice in chunk["choices"]]
        return [reason for reason in found if reason]

    @property
    def calls(self) -> list[Json]:
        """The tool calls, put together as a client does."""
        calls: dict[int, Json] = {}
        for delta in self.deltas:
            for piece in delta.get("tool_calls", ()):
                call = calls.setdefault(piece["index"], {"arguments": ""})
                call["arguments"] += piece["function"].get("arguments", "")
                if "id" in piece:
                    assert "id" not in call
                    call.update(id=piece["id"], name=piece["function"]["name"])
        assert list(calls) == list(range(len(calls)))
        return list(calls.values())


def read(pieces: Iterable[bytes], made: BedrockAdapter | None = None) -> Reading:
    """Feed the pieces and end the stream. Ids and times are taken out: they differ from run to run."""
    made, reading = made or adapter(stream=True), Reading()

    def take(events: list[Event]) -> None:
        for event in events:
            assert event.raw == b""
            reading.chunks += [without_frame(chunk) for chunk in event.chunks]
            reading.marks.append((event.content, event.last))

    for piece in pieces:
        take(made.feed(piece))
    try:
        take(made.finish())
    except TruncatedStream:
        reading.truncated = True
    reading.usage, reading.malformed = made.usage, made.malformed
    reading.error = made.failed.message if made.failed else None
    return reading


def without_frame(chunk: Json) -> Json:
    return {name: value for name, value in chunk.items() if name not in ("id", "created")}


def text_of(content: list[Any]) -> str:
    """The text of Converse's blocks, that of citations included."""
    parts = [part for block in content for part in (block, *block.get("citationsContent", {}).get("content", ()))]
    return "".join(part.get("text") or "" for part in parts)
