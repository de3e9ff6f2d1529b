"""The response side: recorded answers through their adapter, and out again in every client dialect."""

import random
from collections.abc import Iterator

import orjson

from routing.providers.registry import adapter_for
from routing.proxy.errors import from_upstream
from routing.wire.contract import Adapter, Call, ErrorKind, Event, Target, TruncatedStream, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from tests.conformance import endings, listings, meaning, operations
from tests.conformance.exchanges import Exchange
from tests.conformance.helpers import gathered
from tests.conformance.meaning import Json, Meaning
from tests.conformance.meaning_of_others import STREAMED, WHOLE
from tests.conformance.schemas import Invalid, parsed, parsed_events
from tests.conformance.shapes import breaks
from tests.conformance.usage import counted, expected

CLIENTS = tuple(name for name in DIALECTS if name != "openai_completions")  # that one has no tools
ONE_ANSWER = ("openai_responses", "anthropic_messages")  # these cannot ask for several
# OpenAI's schemas of whole answers.
PUBLISHED = {"openai_chat": "CreateChatCompletionResponse", "openai_responses": "Response"}
PROMPT: Json = {"messages": [{"role": "user", "content": "Hello"}]}


def failures(exchange: Exchange) -> Iterator[str]:
    """What is wrong with this answer, in words; nothing if all holds."""
    if (operation := operations.operation_of(exchange)) is not None:
        yield from operations.failures(exchange, operation)
        return
    if listings.is_list(exchange):
        yield from listings.failures(exchange)
        return
    if exchange.status >= 400:
        yield from _error(exchange)
        return
    ending = endings.of(exchange)
    if ending != endings.WHOLE:
        yield from _unfinished(exchange, ending)
        return
    said = recorded_meaning(exchange).normal()
    for client in clients_of(exchange):
        if client in ONE_ANSWER and (exchange.request.get("n") or 1) > 1:
            continue
        try:
            for wrong in _stream(exchange, client, said) if exchange.stream else _whole(exchange, client, said):
                yield f"as {client}: {wrong}"
        except Invalid as error:
            yield f"as {client}: {error}"


def clients_of(exchange: Exchange) -> tuple[str, ...]:
    """Those who can be answered so: a prompt's continuation is no chat, and Bedrock answers others through Converse."""
    alone = exchange.endpoint in ("completions", "invoke", "invoke-stream") or exchange.method == "GET"
    return (exchange.dialect,) if alone else CLIENTS


def recorded_meaning(exchange: Exchange) -> Meaning:
    if not exchange.stream:
        return WHOLE[exchange.dialect](orjson.loads(exchange.body))
    return STREAMED[exchange.dialect](endings.events(exchange))


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


def _unfinished(exchange: Exchange, ending: str) -> Iterator[str]:
    """An answer that the recorder cut must be found to be cut, a stream's own error be found and told."""
    for client in clients_of(exchange):
        adapter, _ = made(exchange, client)
        try:
            if not exchange.stream:
                adapter.parse(exchange.body)
            else:
                adapter.feed(exchange.body)
                adapter.finish()
        except TruncatedStream:
            found = endings.CUT
        except UpstreamError as error:
            found = endings.CUT if error.kind is ErrorKind.SERVER else error.kind.value
        else:
            found = endings.FAILED if adapter.failed is not None else endings.WHOLE
        if found != ending:
            yield f"as {client}: {found}, was {ending}"
        elif adapter.failed is not None and not _told(client, adapter.failed):
            yield f"as {client}: an error event that says nothing"


def _told(client: str, error: UpstreamError) -> bool:
    return error.message.encode()[:20] in DIALECTS[client].stream_error(from_upstream(error, "deployment"), "request")


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
    parsed(client, told)
    if client in PUBLISHED and (wrong := breaks(PUBLISHED[client], told)):
        yield wrong
    if (heard := WHOLE[client](told).normal()) != said:
        yield f"says {heard}, said {said}"


def _stream(exchange: Exchange, client: str, said: tuple[object, ...]) -> Iterator[str]:
    events, adapter, call = _fed(exchange, client, [exchange.body])
    yield from _usage(exchange, adapter)
    for name, pieces in _cuts(exchange.body) if client in (exchange.dialect, _stranger(exchange)) else ():
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
    if (heard := STREAMED[client](told).normal()) != said:
        yield f"says {heard}, said {said}"
    whole = gathered(client, parsed_events(client, told))
    if whole is not None and (heard := WHOLE[client](whole).normal()) != said:
        yield f"says {heard} to the SDK's stream helper, said {said}"


def _stranger(exchange: Exchange) -> str:
    """One client of another dialect: how bytes are cut is nothing to those who write for the others."""
    return next((client for client in clients_of(exchange) if client != exchange.dialect), "")


def _fed(exchange: Exchange, client: str, pieces: list[bytes]) -> tuple[list[Event], Adapter, Call]:
    adapter, call = made(exchange, client)
    events: list[Event] = []
    for piece in pieces:
        events += adapter.feed(piece)
    try:
        events += adapter.finish()
    except TruncatedStream:
        raise TakenForCut from None
    if adapter.failed is not None:
        raise adapter.failed
    return events, adapter, call


class TakenForCut(Exception):
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
