"""What the fuzz tests start from: every way through the adapters, and recorded traffic that fits each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from routing.providers.bedrock.adapter import BedrockAdapter, BedrockMessagesAdapter
from routing.providers.gemini.adapter import GeminiAdapter
from routing.providers.registry import KINDS, adapter_for
from routing.wire.contract import Adapter, Call, Json, Target, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from tests.upstream import cassettes
from tests.upstream.cassettes import FULL, Cassette

# What a recording's endpoint says: the dialect, or the operation, of its bodies.
SPOKEN = {
    "chat.completions": "openai_chat", "completions": "openai_completions", "responses": "openai_responses",
    "messages": "anthropic_messages", "invoke": "invoke", "invoke-stream": "invoke", "generateContent": "gemini",
    "streamGenerateContent": "gemini", "converse": "converse", "converse-stream": "converse",
    "cohere.chat": "cohere_chat", "ollama.chat": "ollama", "embeddings": "embeddings", "embedContent": "embeddings",
    "countTokens": "count_tokens", "count-tokens": "count_tokens", "responses.count": "count_tokens",
    "responses.compact": "compact", "rerank": "rerank", "moderations": "moderations",
}  # fmt: skip
# What the servers of these adapters say to a chat; of others, their dialect.
SERVED: dict[Any, str] = {BedrockAdapter: "converse", BedrockMessagesAdapter: "invoke", GeminiAdapter: "gemini"}
CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
# By kind; at Bedrock by operation.
MODELS = {
    "anthropic": "claude-sonnet-4-5", "chat": CLAUDE, "count_tokens": CLAUDE,
    "embeddings": "amazon.titan-embed-text-v2:0", "rerank": "cohere.rerank-v3-5:0",
}  # fmt: skip
LARGEST = 30_000  # bytes of an exchange: what is longer only takes longer
PROMPTS: dict[str, Json] = {
    "openai_completions": {"prompt": "Hello"},
    "openai_responses": {"input": "Hello"},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
}
PROMPT: Json = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 50}
CALLERS = {"compact": "openai_responses"}  # of operations that one dialect alone has
OPERATIONS: dict[str, Json] = {
    "embeddings": {"input": "Hello"},
    "moderations": {"input": ["Hello"]},
    "rerank": {"query": "Hello", "documents": ["Hello", "World"]},
    "count_tokens": PROMPT,
}


@dataclass(frozen=True)
class Way:
    """One way through an adapter."""

    kind: str
    operation: str
    client: str  # the caller's dialect
    api: str  # the account's setting
    spoken: str  # by the server

    def __str__(self) -> str:
        return "-".join(filter(None, (self.kind, self.operation, self.api, self.client)))

    @property
    def prompt(self) -> Json:
        """A plain body of this caller's."""
        if self.operation != "chat" and self.client == "openai_chat":
            return OPERATIONS.get(self.operation, PROMPT)
        return PROMPTS.get(self.client, PROMPT)

    @property
    def asked(self) -> str:
        """The dialect, or the operation, of the bodies that come in."""
        return self.operation if self.operation in OPERATIONS and self.operation != "count_tokens" else self.client

    @property
    def target(self) -> Target:
        return Target(
            self.kind, "https://provider.example/v1", self.model, secrets=("sk-0123456789",), settings={"api": self.api}
        )

    def asked_plainly(self, stream: bool) -> tuple[Adapter, Call]:
        """An adapter that has built a plain request, and so is ready for an answer. Raises `UpstreamError`."""
        to_chat = DIALECTS[self.client].to_chat
        call = Call(self.operation, self.client, self.prompt, "m", stream, wants_usage=True, to_chat=to_chat)
        adapter = adapter_for(self.target, call)
        adapter.build(call, self.target)
        return adapter, call

    @property
    def is_open(self) -> bool:
        """Whether it takes a plain request at all."""
        try:
            self.asked_plainly(stream=False)
        except UpstreamError:
            return False
        return True

    @property
    def model(self) -> str:
        return MODELS.get(self.operation if self.kind == "bedrock" else self.kind, "model")


def ways() -> Iterator[Way]:
    """Every kind's chat in every client dialect, and its operations; look-alikes once."""
    known = set()
    for kind, row in KINDS.items():
        makers = (row.chat, *row.native.items(), *row.apis.items(), *row.operations.items())
        if makers in known:
            continue
        known.add(makers)
        for api in ("", *row.apis) if row.chat else ():
            for client in DIALECTS:
                made: Any = row.apis.get(api) or row.native.get(client, row.chat)
                yield Way(kind, "chat", client, api, SERVED.get(made) or made.dialect)
        for operation in row.operations:
            yield Way(kind, operation, CALLERS.get(operation, "openai_chat"), "", operation)


@cache
def samples() -> list[Cassette]:
    """The kept exchanges, and the whole collection where it is beside the repository."""
    providers = sorted(path.name.removesuffix(".jsonl.gz") for path in FULL.glob("[a-z]*.jsonl.gz"))
    found = {one.id: one for provider in providers for one in cassettes.full(provider)}
    found |= {one.id: one for one in cassettes.kept()}
    return [one for one in found.values() if one.endpoint in SPOKEN and len(one.body) <= LARGEST]


@cache
def answers(spoken: str, stream: bool) -> list[Cassette]:
    """Successful answers that such a server gave; anybody's, where none is recorded: those are damage enough."""
    good = [one for one in samples() if 200 <= one.status < 300 and one.body and _is_stream(one) == stream]
    return [one for one in good if SPOKEN[one.endpoint] == spoken] or good


def _is_stream(recorded: Cassette) -> bool:
    return recorded.is_event_stream or recorded.endpoint.endswith("-stream")


def pick(recorded: list[Cassette], number: int) -> Cassette:
    return recorded[number % len(recorded)]


@cache
def refusals() -> list[Cassette]:
    return [one for one in samples() if one.status >= 400]


@cache
def requests(dialect: str) -> list[Json]:
    """Bodies that callers of this dialect sent."""
    found = [one.request for one in samples() if SPOKEN[one.endpoint] == dialect]
    return [one for one in found if one and len(str(one)) <= LARGEST]


def value_in(body: bytes) -> Any:
    """What a body holds; an error's may be a page or a text."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
