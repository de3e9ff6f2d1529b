"""The response side: recorded answers through their adapter, and out again in every client dialect."""

import random
from collections.abc import Iterator

import orjson

from routing.providers.registry import adapter_for
from routing.wire.aws_eventstream import EventStreamDecoder
from routing.wire.contract import Adapter, Call, Event, Target, TruncatedStream, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from tests.conformance import meaning
from tests.conformance.exchanges import Exchange
from tests.conformance.meaning import STREAMED, WHOLE, Json, Meaning
from tests.conformance.schemas import complaint
from tests.conformance.usage import counted, expected

CLIENTS = tuple(name for name in DIALECTS if name != "openai_completions")  # that one has no tools
ONE_ANSWER = ("openai_responses", "anthropic_messages")  # these cannot ask for several
PROMPT: Json = {"messages": [{"role": "user", "content": "Hello"}]}


def failures(exchange: Exchange) -> Iterator[str]:
    """What is wrong with this answer, in words; nothing if all holds."""
    if exchange.status >= 400:
        yield from _error(exchange)
        return
    said = recorded_meaning(exchange).normal()
    for client in CLIENTS:
        if exchange.endpoint.startswith("invoke") and client != exchange.dialect:
            continue  # others are answered through Converse
        if client in ONE_ANSWER and (exchange.request.get("n") or 1) > 1:
            continue
        for wrong in _stream(exchange, client, said) if exchange.stream else _whole(exchange, client, said):
            yield f"as {client}: {wrong}"


def recorded_meaning(exchange: Exchange) -> Meaning:
    if not exchange.stream:
        return WHOLE[exchange.dialect](orjson.loads(exchange.body))
    return STREAMED[exchange.dialect](_recorded_events(exchange))


def _recorded_events(exchange: Exchange) -> list[Json]:
    if exchange.kind != "bedrock":
        return meaning.events_of(exchange.body)
    messages = EventStreamDecoder().feed(exchange.body)
    events = [(m.header(":event-type"), orjson.loads(m.payload or b"{}")) for m in messages]
    if exchange.dialect == "converse":
        return [{kind: event} for kind, event in events]
    return [orjson.loads(meaning.binary(event["bytes"])) for _, event in events]


def made(exchange: Exchange, client: str) -> tuple[Adapter, Call]:
    """An adapter that has built a request of this client's, and so is ready for an answer."""
    call = Call("chat", client, PROMPT, exchange.model or "model", exchange.stream, wants_usage=True)
    call.to_chat = lambda body: {"model": exchange.model, **PROMPT}
    target = Target(
        exchange.kind, "https://provider.example", exchange.model or "model", {}, ("secret",), exchange.settings
    )
    adapter = adapter_for(target, call)
    adapter.build(call, target)
    return adapter, call


def _error(exchange: Exchange) -> Iterator[str]:
    adapter, _ = made(exchange, "openai_chat")
    error = adapter.error(exchange.status, exchange.headers, exchange.body)
    if not error.message:
        yield "an error without a message"


def _whole(exchange: Exchange, client: str, said: tuple[object, ...]) -> Iterator[str]:
    adapter, call = made(exchange, client)
    answer = adapter.parse(exchange.body)
    yield from _usage(exchange, adapter)
    if client == exchange.dialect:
        if answer.raw != exchange.body:
            yield "its bytes were changed"
        return
    assert answer.chat is not None
    told = DIALECTS[client].answer(answer.chat, adapter.usage, call)
    orjson.dumps(told)
    if wrong := complaint(client, told):
        yield wrong
    if (heard := WHOLE[client](told).normal()) != said:
        yield f"says {heard}, said {said}"


def _stream(exchange: Exchange, client: str, said: tuple[object, ...]) -> Iterator[str]:
    events, adapter, call = _fed(exchange, client, [exchange.body])
    yield from _usage(exchange, adapter)
    for name, pieces in _cuts(exchange.body):
        other, again, _ = _fed(exchange, client, pieces)
        if _shape(other) != _shape(events) or again.usage != adapter.usage:
            yield f"differs when {name}"
    if client == exchange.dialect:
        raw = meaning.events_of(b"".join(event.raw for event in events))
        if (heard := STREAMED[client](raw).normal()) != said:
            yield f"says {heard}, said {said}"
        return
    emitter = DIALECTS[client].emitter(call)
    out = b"".join(emitter.feed(event.chunks, adapter.usage) for event in events) + emitter.finish(adapter.usage)
    told = meaning.events_of(out)
    if wrong := complaint(client, told):
        yield wrong
    if (heard := STREAMED[client](told).normal()) != said:
        yield f"says {heard}, said {said}"


def _fed(exchange: Exchange, client: str, pieces: list[bytes]) -> tuple[list[Event], Adapter, Call]:
    adapter, call = made(exchange, client)
    events: list[Event] = []
    for piece in pieces:
        events += adapter.feed(piece)
    try:
        events += adapter.finish()
    except TruncatedStream:
        raise UpstreamErrorInTest("truncated") from None
    if adapter.failed is not None:
        raise adapter.failed
    return events, adapter, call


class UpstreamErrorInTest(Exception):
    """A whole recorded stream was taken for a cut one."""


def _cuts(body: bytes) -> Iterator[tuple[str, list[bytes]]]:
    if len(body) <= 20_000:
        yield "fed byte by byte", [body[i : i + 1] for i in range(len(body))]
    places = sorted(random.Random(len(body)).sample(range(1, max(len(body), 2)), min(40, max(len(body) - 2, 0))))
    yield "cut at random", [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]


def _shape(events: list[Event]) -> list[tuple[bytes, object, bool]]:
    return [(event.raw, _without_ids(event.chunks), event.content) for event in events if event.raw or event.chunks]


def _without_ids(chunks: object) -> object:
    return [{k: v for k, v in c.items() if k not in ("id", "created")} for c in chunks]  # type: ignore[attr-defined]


def _usage(exchange: Exchange, adapter: Adapter) -> Iterator[str]:
    if exchange.usage is None:
        return
    wanted = expected(exchange.dialect, exchange.usage)
    got = counted(adapter.usage)
    if wrong := {name: (got[name], value) for name, value in wanted.items() if got[name] != value}:
        yield f"usage (got, recorded): {wrong}"


__all__ = ["UpstreamError", "failures"]
