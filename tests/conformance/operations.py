"""What is no chat: recorded embeddings, counts, rankings and the like through their adapter, and out again."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from billing.dataplane.usage import Usage
from routing.providers.registry import KINDS, adapter_for
from routing.wire.contract import Call, ReadsHeaders, Target
from tests.conformance.exchanges import Exchange
from tests.conformance.meaning import Json


@dataclass(frozen=True)
class Operation:
    """Which adapter reads it, and the request that such an answer is for."""

    kind: str
    name: str
    asked: Callable[[Json], Json]


def _texts(request: Json) -> Json:
    """The texts, wherever this provider has them."""
    given = request.get("input") or request.get("texts") or request.get("inputText")
    given = given or request.get("singleEmbeddingParams", {}).get("text", {}).get("value")
    parts = [one.get("content") for one in request.get("requests") or request.get("instances") or []]
    return {"input": given or [one if isinstance(one, str) else one["parts"][0]["text"] for one in parts]}


def _hello(request: Json) -> Json:
    return {"messages": [{"role": "user", "content": "Hello"}]}


def _ranking(request: Json) -> Json:
    return {"query": request["query"], "documents": request["documents"]}


def _itself(request: Json) -> Json:
    return request


# By endpoint, or by provider and endpoint where that has words of its own.
_OTHERS = {
    "moderations": ("openai", "moderations", _itself),
    "responses.count": ("openai", "count_tokens", _itself),
    "responses.compact": ("openai", "compact", _itself),
    "rerank": ("openai_compatible", "rerank", _ranking),
    "cohere rerank": ("cohere", "rerank", _ranking),
    "bedrock rerank": ("bedrock", "rerank", _ranking),
    "cohere embeddings": ("cohere", "embeddings", _texts),
}
_EMBEDDINGS = {
    "embeddings": "openai_compatible",
    "embedContent": "gemini",
    "vertex.predict": "vertex",
    "invoke": "bedrock",
}
_COUNTS = {"count_tokens": "anthropic", "countTokens": "gemini", "count-tokens": "bedrock"}


def operation_of(exchange: Exchange) -> Operation | None:
    """None for a chat, and for what the gateway has no words for."""
    own = f"{exchange.provider} {exchange.endpoint}"
    if exchange.endpoint == "invoke" and "rerank" in exchange.model:
        own = "bedrock rerank"
    if exchange.method == "POST" and (own in _OTHERS or exchange.endpoint in _OTHERS):
        return Operation(*_OTHERS.get(own) or _OTHERS[exchange.endpoint])
    kind = _EMBEDDINGS.get(exchange.endpoint)
    if kind in KINDS and (exchange.endpoint != "invoke" or "embed" in exchange.model):
        return Operation(kind, "embeddings", _texts)
    kind = _COUNTS.get(exchange.endpoint)
    return Operation(kind, "count_tokens", _hello) if kind in KINDS else None


def failures(exchange: Exchange, operation: Operation) -> Iterator[str]:
    """What is wrong with this answer, in words; nothing if all holds."""
    model = exchange.model or "model"
    dialect = "openai_responses" if exchange.endpoint.startswith("responses") else "openai_chat"
    call = Call(operation.name, dialect, {"model": model, **operation.asked(exchange.request)}, model)
    target = Target(operation.kind, "https://provider.example/v1", model, {}, ("secret",), exchange.settings)
    adapter = adapter_for(target, call)
    adapter.build(call, target)
    if exchange.status >= 400:
        if not adapter.error(exchange.status, exchange.headers, exchange.body).message:
            yield "an error without a message"
        return
    if isinstance(adapter, ReadsHeaders):
        adapter.read_headers(exchange.headers)
    answer = adapter.parse(exchange.body)
    told, recorded = answer.chat or json.loads(answer.raw), json.loads(exchange.body)
    yield from _COMPARED[operation.name](told, recorded)
    if operation.name in _STRAIGHT and answer.raw != exchange.body:
        yield "its bytes were changed"
    yield from _usage(exchange, adapter.usage)


def _counts(told: Json, recorded: Json) -> Iterator[str]:
    said = recorded.get("totalTokens") or recorded.get("inputTokens") or recorded.get("input_tokens")
    if told.get("input_tokens", told.get("totalTokens")) != said:
        yield f"says {told}, said {said}"


def _embedded(told: Json, recorded: Json) -> Iterator[str]:
    if (heard := [row["embedding"] for row in told["data"]]) != (said := list(_vectors(recorded))):
        yield f"{len(heard)} vectors, said {len(said)}, or others"


def _ranked(told: Json, recorded: Json) -> Iterator[str]:
    rankings = (told["results"], recorded.get("results") or recorded["data"])
    heard, said = ([(one["index"], one["relevance_score"]) for one in ranking] for ranking in rankings)
    if heard != said:
        yield f"ranks {heard}, said {said}"


def _same(told: Json, recorded: Json) -> Iterator[str]:
    if told != recorded:
        yield f"says {told}, said {recorded}"


_STRAIGHT = ("moderations", "compact")
_COMPARED = {
    "count_tokens": _counts, "embeddings": _embedded, "rerank": _ranked, "moderations": _same, "compact": _same,
}  # fmt: skip


def _vectors(recorded: Json) -> Iterator[object]:
    """Each vector, as a list of numbers or in base64."""
    found = recorded.get("data") or recorded.get("embeddings") or recorded.get("predictions") or [recorded]
    for one in found.get("float", ()) if isinstance(found, dict) else found:
        inner = one.get("embeddings", one) if isinstance(one, dict) else one
        yield inner.get("embedding") or inner.get("values") if isinstance(inner, dict) else inner


def _usage(exchange: Exchange, counted: Usage) -> Iterator[str]:
    usage = exchange.usage or {}
    said = usage.get("input_tokens") or usage.get("prompt_tokens") or usage.get("promptTokenCount")
    said = said or usage.get("total_tokens") or int(exchange.headers.get("x-amzn-bedrock-input-token-count", 0))
    if said and (said != counted.input_tokens or usage.get("output_tokens", 0) != counted.output_tokens):
        yield f"counted {counted}, said {usage or said}"
