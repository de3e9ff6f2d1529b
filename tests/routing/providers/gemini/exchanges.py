"""Adapters that have built their request, and recorded exchanges with Google."""

from typing import Any

import orjson

from routing.providers.gemini.adapter import GeminiAdapter
from routing.wire.contract import Call, Event, Json, Target
from routing.wire.dialects.registry import DIALECTS
from routing.wire.gemini import SSE
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

FLASH, NEW = "gemini-2.5-flash", "gemini-3-pro-preview"
PROMPT: Json = {"messages": [{"role": "user", "content": "Hello"}]}
OWN_PROMPT: Json = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
METHODS = ("generateContent", "streamGenerateContent")


def call_of(body: Json, dialect: str = "openai_chat", **options: Any) -> Call:
    known = DIALECTS.get(dialect)
    return Call("chat", dialect, body, "route", to_chat=known.to_chat if known else lambda _: PROMPT, **options)


def target_of(model: str = FLASH, kind: str = "gemini", **options: Any) -> Target:
    return Target(kind, "https://provider.example/v1", model, **options)


def adapter(call: Call | None = None, model: str = FLASH) -> GeminiAdapter:
    made = GeminiAdapter()
    made.build(call or call_of(PROMPT), target_of(model))
    return made


def straight(stream: bool = True, dialect: str = SSE) -> GeminiAdapter:
    """For a caller who speaks Google's dialect."""
    return adapter(call_of(OWN_PROMPT, dialect, stream=stream))


def sent(body: Json, model: str = FLASH, dialect: str = "openai_chat", **options: Any) -> tuple[Json, list[str]]:
    """The body that goes out, and the warnings that come of it."""
    call = call_of(body, dialect, **options)
    out: Json = orjson.loads(GeminiAdapter().build(call, target_of(model)).body)
    return out, call.warnings


def asked(*messages: Json, **fields: Any) -> Json:
    """The body that goes out for some messages of OpenAI's dialect."""
    return sent({"messages": list(messages), **fields})[0]


def fed(made: GeminiAdapter, *pieces: bytes) -> list[Event]:
    """All events of a stream in pieces."""
    events = [event for piece in pieces for event in made.feed(piece)]
    return events + made.finish()


def everything() -> list[Cassette]:
    """All recorded answers of Google's models: the kept ones, and the full collection where it is there."""
    found = {one.id: one for one in (*cassettes.kept(), *cassettes.full("gemini"), *cassettes.full("vertex"))}
    return [one for one in found.values() if one.endpoint in METHODS]


def kept() -> list[Cassette]:
    return [one for one in cassettes.kept() if one.endpoint in METHODS]


def name(recorded: Cassette) -> str:
    return f"{recorded.provider}-{recorded.id}"
