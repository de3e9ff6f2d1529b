"""How an adapter reads Ollama's answers."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from billing.dataplane.usage import Usage
from routing.providers.ollama.adapter import OllamaAdapter
from routing.wire.contract import Call, Event, Json, Target
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

USER: Json = {"role": "user", "content": "Hello"}
TARGET = Target("ollama", "http://localhost:11434/api", "llama3")
RECORDED = {one.id: one for one in [*cassettes.kept(), *cassettes.full("ollama")] if one.endpoint.startswith("ollama.")}
WHOLE = [one for one in RECORDED.values() if not one.request.get("stream")]
STREAMS: list[Cassette] = [one for one in RECORDED.values() if one.request.get("stream")]


def adapter(stream: bool = True) -> OllamaAdapter:
    made = OllamaAdapter()
    made.build(Call("chat", "openai_chat", {"messages": [USER]}, "m", stream), TARGET)
    return made


def line(**fields: Any) -> bytes:
    return orjson.dumps({"model": "llama3", "created_at": "2026-01-01", "done": False, **fields}) + b"\n"


def text(words: str) -> bytes:
    return line(message={"role": "assistant", "content": words})


def end(reason: str = "stop", **fields: Any) -> bytes:
    counts = {"prompt_eval_count": 7, "eval_count": 2, **fields}
    return line(message={"role": "assistant", "content": ""}, done=True, done_reason=reason, **counts)


def read(parts: Iterable[bytes]) -> tuple[list[Any], Usage]:
    made = adapter()
    events = [event for part in parts for event in made.feed(part)] + made.finish()
    return shape(events), made.usage


def shape(events: Sequence[Event]) -> list[Any]:
    return [([chunk["choices"] for chunk in each.chunks], each.content, each.last) for each in events]
