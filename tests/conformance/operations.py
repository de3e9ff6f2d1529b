"""What is no chat: recorded embeddings and token counts through their adapter, and out again."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


_EMBEDDINGS = {
    "embeddings": "openai_compatible",
    "embedContent": "gemini",
    "vertex.predict": "vertex",
    "invoke": "bedrock",
}
_COUNTS = {"count_tokens": "anthropic", "countTokens": "gemini", "count-tokens": "bedrock"}


def operation_of(exchange: Exchange) -> Operation | None:
    """None for a chat, and for what the gateway has no words for."""
    kind = _EMBEDDINGS.get(exchange.endpoint)
    cohere = exchange.provider == "cohere"  # its own dialect
    if kind in KINDS and not cohere and (exchange.endpoint != "invoke" or "embed" in exchange.model):
        return Operation(kind, "embeddings", _texts)
    kind = _COUNTS.get(exchange.endpoint)
    return Operation(kind, "count_tokens", _hello) if kind in KINDS else None


def failures(exchange: Exchange, operation: Operation) -> Iterator[str]:
    """What is wrong with this answer, in words; nothing if all holds."""
    model = exchange.model or "model"
    call = Call(operation.name, "openai_chat", {"model": model, **operation.asked(exchange.request)}, model)
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
    if operation.name == "count_tokens":
        said = recorded.get("totalTokens") or recorded.get("inputTokens") or recorded.get("input_tokens")
        if told.get("input_tokens", told.get("totalTokens")) != said:
            yield f"says {told}, said {said}"
        return
    if (heard := [row["embedding"] for row in told["data"]]) != (said := list(_vectors(recorded))):
        yield f"{len(heard)} vectors, said {len(said)}, or others"
    yield from _usage(exchange, adapter.usage.input_tokens)


def _vectors(recorded: Json) -> Iterator[object]:
    """Each vector, as a list of numbers or in base64."""
    found = recorded.get("data") or recorded.get("embeddings") or recorded.get("predictions") or [recorded]
    for one in found.get("float", ()) if isinstance(found, dict) else found:
        inner = one.get("embeddings", one) if isinstance(one, dict) else one
        yield inner.get("embedding") or inner.get("values") if isinstance(inner, dict) else inner


def _usage(exchange: Exchange, counted: int) -> Iterator[str]:
    usage = exchange.usage or {}
    said = usage.get("prompt_tokens") or usage.get("promptTokenCount") or usage.get("total_tokens")
    said = said or int(exchange.headers.get("x-amzn-bedrock-input-token-count", 0))
    if said and said != counted:
        yield f"counted {counted} tokens, said {said}"
