"""Which provider kinds there are: who builds and reads, who signs, and how to ask whether it lives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.providers.bedrock.adapter import BedrockAdapter, BedrockMessagesAdapter
from routing.providers.bedrock.address import base_url as bedrock_base_url
from routing.providers.bedrock.counting import BedrockCount
from routing.providers.bedrock.embeddings import BedrockEmbeddings
from routing.providers.bedrock.rerank import BedrockRerank
from routing.providers.gemini.adapter import GeminiAdapter
from routing.providers.gemini.counting import GeminiCountAdapter
from routing.providers.gemini.embeddings import GeminiEmbeddingsAdapter
from routing.providers.gemini.request import AI_STUDIO, vertex_address
from routing.providers.local_count import LocalCount
from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.openai_compatible.completions import OpenAICompletionsAdapter
from routing.providers.openai_responses.adapter import OpenAIResponsesAdapter
from routing.providers.sandbox.answer import SandboxAnswer, answer
from routing.wire.contract import Adapter, Call, ErrorKind, Outgoing, Target, UpstreamError

MakeAdapter = Callable[[], Adapter]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. A chat goes to the adapter of the caller's own dialect if there is one, else to ``chat``."""

    chat: MakeAdapter
    signer: str  # a row of routing/signing/registry.py
    native: Mapping[str, MakeAdapter] = field(default_factory=dict)  # more client dialects that it speaks itself
    apis: Mapping[str, MakeAdapter] = field(default_factory=dict)  # for all chats, where the setting `api` names one
    keeps_responses: bool = False  # its Responses API stores answers, which can be read and continued there
    operations: Mapping[str, MakeAdapter] = field(default_factory=dict)  # embeddings, moderations, rerank, count_tokens
    base_url: Callable[[Mapping[str, str]], str] = lambda settings: ""  # where it answers, if the account does not say
    probe: str = ""  # a path whose GET is free of charge, for health checks
    answers_here: Callable[[Outgoing], SandboxAnswer] | None = None  # in the process, no network


COMPLETIONS: dict[str, MakeAdapter] = {"openai_completions": OpenAICompletionsAdapter}
RESPONSES: dict[str, MakeAdapter] = {"openai_responses": OpenAIResponsesAdapter}
RESPONSES_CHOSEN: dict[str, MakeAdapter] = {"responses": OpenAIResponsesAdapter}
OPENAI_OPERATIONS: dict[str, MakeAdapter] = {"embeddings": OpenAICompatibleAdapter}
GEMINI_OPERATIONS: dict[str, MakeAdapter] = {
    "count_tokens": GeminiCountAdapter,
    "embeddings": GeminiEmbeddingsAdapter,
}
KINDS: dict[str, Kind] = {
    "sandbox": Kind(OpenAICompatibleAdapter, "bearer", operations=OPENAI_OPERATIONS, answers_here=answer),
    "openai_compatible": Kind(
        OpenAICompatibleAdapter, "bearer", native=COMPLETIONS, apis=RESPONSES_CHOSEN, operations=OPENAI_OPERATIONS,
        probe="/models",
    ),
    "openai": Kind(
        OpenAICompatibleAdapter, "bearer", native=COMPLETIONS | RESPONSES, apis=RESPONSES_CHOSEN, keeps_responses=True,
        operations=OPENAI_OPERATIONS, base_url=lambda settings: "https://api.openai.com/v1", probe="/models",
    ),
    "gemini": Kind(
        GeminiAdapter, "google", operations=GEMINI_OPERATIONS, base_url=lambda settings: AI_STUDIO, probe="/models"
    ),
    "vertex": Kind(GeminiAdapter, "google", operations=GEMINI_OPERATIONS, base_url=vertex_address),
    "anthropic": Kind(
        AnthropicAdapter, "x_api_key", operations={"count_tokens": AnthropicAdapter},
        base_url=lambda settings: "https://api.anthropic.com/v1", probe="/models",
    ),
    "bedrock": Kind(
        BedrockAdapter, "aws", native={"anthropic_messages": BedrockMessagesAdapter},
        apis={"converse": BedrockAdapter}, base_url=bedrock_base_url,
        operations={"count_tokens": BedrockCount, "embeddings": BedrockEmbeddings, "rerank": BedrockRerank},
    ),
}  # fmt: skip


def base_url_of(kind: str, base_url: str, settings: Mapping[str, str]) -> str:
    """The account's own address, else its kind's; empty if there is neither."""
    return base_url or (KINDS[kind].base_url(settings) if kind in KINDS else "")


def adapter_for(target: Target, call: Call) -> Adapter:
    """A new adapter for one attempt. Raises `UpstreamError` (UNSUPPORTED) for what this kind cannot do."""
    row = KINDS[target.kind]
    make = _chat_adapter(row, target, call) if call.operation == "chat" else row.operations.get(call.operation)
    if make is None and call.operation == "count_tokens":
        make = LocalCount
    if make is None:
        raise UpstreamError(ErrorKind.UNSUPPORTED, f"Providers of kind {target.kind} have no {call.operation}.")
    return make()


def _chat_adapter(row: Kind, target: Target, call: Call) -> MakeAdapter:
    chosen = row.apis.get(target.settings.get("api", ""))
    return chosen or row.native.get(call.dialect, row.chat)
