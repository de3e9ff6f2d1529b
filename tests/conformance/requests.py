"""The request side: recorded requests to their own provider unchanged, and to every other kind with their meaning."""

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import orjson

from routing.providers.registry import KINDS, adapter_for
from routing.proxy.endpoints import Endpoint, endpoint_at
from routing.wire.contract import Adapter, Call, ErrorKind, Outgoing, Target, UpstreamError
from routing.wire.failure import GatewayError
from tests.conformance import differences
from tests.conformance.asked_of_others import READERS
from tests.conformance.exchanges import Exchange
from tests.conformance.meaning import Json
from tests.conformance.operations import operation_of
from tests.conformance.shapes import as_openai_s, invalid
from tests.routing.providers.bedrock.reverse import chat_of

PATHS = {
    "openai_chat": "/v1/chat/completions",
    "openai_completions": "/v1/completions",
    "openai_responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
    "gemini": "/v1beta/models/{model}:{method}",
}
# A usual model of each kind, and the account's settings. A kind that is not named here is asked for "model".
CLAUDE, NOVA = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.amazon.nova-pro-v1:0"
MODELS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "openai": [("gpt-4.1", {}), ("gpt-4.1", {"api": "responses"})],
    "azure_openai": [("gpt-4.1", {"resource": "r"})],
    "anthropic": [("claude-sonnet-4-5", {})],
    "gemini": [("gemini-2.5-flash", {})],
    "vertex": [("gemini-2.5-pro", {"project": "p", "region": "global"})],
    "bedrock": [(CLAUDE, {"region": "us-east-1", "api": "converse"}), (NOVA, {"region": "us-east-1"})],
}
NO_PROVIDER = {"sandbox"}
REFUSALS = {ErrorKind.BAD_REQUEST, ErrorKind.UNSUPPORTED}
# What the gateway itself adds to a body that goes straight through: how else would it know the usage?
ADDED = {"stream_options", "stream", "anthropic_version", "anthropic_beta", "store"}


def failures(exchange: Exchange) -> Iterator[str]:
    """What is wrong with how this request travels on, in words; nothing if all holds."""
    if not exchange.request or operation_of(exchange) is not None:
        return
    asked = client_request(exchange)
    if asked is None:
        return
    client, body = asked
    yield from _home(exchange, client, body)
    if exchange.status >= 400:
        return  # what was refused by the provider itself says nothing to others
    before, checked = copy.deepcopy(body), dict[tuple[str, bytes], list[str]]()
    for target in targets():
        for wrong in _abroad(exchange, client, body, target, checked):
            yield f"to {target.kind} {target.model}: {wrong}"
    if body != before:
        yield "the caller's own body was changed"


def client_request(exchange: Exchange) -> tuple[str, Json] | None:
    """The client dialect and body of a recorded request; None for what no client of the gateway's would say."""
    if exchange.dialect == "converse":  # Bedrock's own words have no client dialect: they are said in OpenAI's
        return "openai_chat", {"model": exchange.model, "stream": exchange.stream, **chat_of(exchange.request)}
    if exchange.dialect not in PATHS:
        return None
    # Azure, Bedrock and Vertex AI have the model in the path; so have all clients of Google's.
    in_path = exchange.dialect == "gemini" or exchange.request.get("model")
    named = {} if in_path else {"model": exchange.model or "model"}
    return exchange.dialect, {**_without(exchange.request, "anthropic_version"), **named}


def targets() -> Iterator[Target]:
    """One of every kind, and of every dialect that a kind speaks; look-alikes, which are but rows, by one of them."""
    seen = set[object]()
    for kind, row in KINDS.items():
        if kind in NO_PROVIDER or row.chat is None or (kind not in MODELS and row.chat in seen):
            continue
        seen.add(row.chat)
        for model, settings in MODELS.get(kind, [("model", {})]):
            yield Target(kind, "https://provider.example/v1", model, {}, ("secret",), settings)


def _home(exchange: Exchange, client: str, body: Json) -> Iterator[str]:
    """To the provider that it was recorded with."""
    model = exchange.model or str(body.get("model") or "model")
    target = Target(exchange.kind, "https://provider.example/v1", model, {}, ("secret",), exchange.settings)
    try:
        adapter, call, outgoing = sent(client, body, target, exchange.stream)
    except (GatewayError, UpstreamError) as error:
        if exchange.status < 400:
            yield f"refused on its way home: {error.message} ({error.param})"
        return
    arrived = orjson.loads(outgoing.body)
    if adapter.dialect == client:
        wanted, got = ({k: v for k, v in one.items() if k not in {"model", *ADDED}} for one in (body, arrived))
        if wanted != got:
            changed = [name for name in {*wanted, *got} if wanted.get(name) != got.get(name)]
            yield f"arrives changed: {', '.join(changed)}"
        return
    asked, heard = READERS[exchange.dialect](exchange.request), READERS[adapter.dialect](arrived)
    yield from (f"arrives home with {wrong}" for wrong in differences.between(asked, heard, call.warnings))


def _abroad(exchange: Exchange, client: str, body: Json, target: Target, checked: Any) -> Iterator[str]:
    try:
        adapter, call, outgoing = sent(client, body, target, exchange.stream)
    except (GatewayError, UpstreamError) as error:
        yield from unclear(error)
        return
    if adapter.dialect == client:
        return  # straight through: seen on its way home
    arrived = orjson.loads(outgoing.body)
    if target.model != arrived.get("model") and f"/{target.model}" not in unquote(outgoing.path):
        yield f"the model is not named in {outgoing.path}"
    key = adapter.dialect, outgoing.body
    if key not in checked:
        said = as_openai_s(arrived) if target.kind == "openai_compatible" else arrived
        checked[key] = [wrong] if (wrong := invalid(adapter.dialect, said)) else []
    yield from checked[key]
    if adapter.dialect in READERS:
        asked, heard = READERS[client](body), READERS[adapter.dialect](arrived)
        yield from differences.between(asked, heard, call.warnings)


def unclear(error: GatewayError | UpstreamError) -> Iterator[str]:
    """What a refusal lacks."""
    refused = error.status == 400 if isinstance(error, GatewayError) else error.kind in REFUSALS
    if not (refused and error.message and error.param):
        yield f"an unclear refusal: {error.message or error!r} (param {error.param})"


def sent(client: str, body: Json, target: Target, stream: bool) -> tuple[Adapter, Call, Outgoing]:
    """As the proxy does it. Raises `GatewayError` or `UpstreamError`."""
    endpoint, rest = _endpoint(client, target.model, stream)
    call = endpoint.read(body, endpoint.dialect, rest)
    call.to_chat = endpoint.dialect.to_chat
    adapter = adapter_for(target, call)
    return adapter, call, adapter.build(call, target)


def _endpoint(client: str, model: str, stream: bool) -> tuple[Endpoint, str]:
    method = "streamGenerateContent" if stream else "generateContent"
    found = endpoint_at(PATHS[client].format(model=model, method=method), b"alt=sse")
    assert found is not None
    return found


def _without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}
