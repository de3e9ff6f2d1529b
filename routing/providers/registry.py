"""Which provider kinds there are: who builds and reads, who signs, and how to ask whether it lives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.providers.anthropic.vertex import VertexClaudeAdapter
from routing.providers.azure_openai import address as azure
from routing.providers.azure_openai.adapter import AzureAdapter, AzureCompletionsAdapter
from routing.providers.bedrock.adapter import BedrockAdapter, BedrockMessagesAdapter
from routing.providers.bedrock.address import base_url as bedrock_base_url
from routing.providers.bedrock.counting import BedrockCount
from routing.providers.bedrock.embeddings import BedrockEmbeddings
from routing.providers.bedrock.invoke import BedrockInvokeAdapter
from routing.providers.bedrock.rerank import BedrockRerank
from routing.providers.catalog import CATALOG, Row, row_at
from routing.providers.cohere.adapter import BASE_URL as COHERE
from routing.providers.cohere.adapter import CohereAdapter
from routing.providers.cohere.embeddings import CohereEmbeddings
from routing.providers.cohere.rerank import CohereRerank
from routing.providers.gemini.adapter import GeminiAdapter
from routing.providers.gemini.counting import GeminiCountAdapter
from routing.providers.gemini.embeddings import GeminiEmbeddingsAdapter
from routing.providers.gemini.request import AI_STUDIO
from routing.providers.local_count import LocalCount
from routing.providers.ollama.adapter import BASE_URL as OLLAMA
from routing.providers.ollama.adapter import OllamaAdapter
from routing.providers.ollama.embeddings import OllamaEmbeddings
from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.openai_compatible.completions import OpenAICompletionsAdapter
from routing.providers.openai_compatible.rerank import OpenAICompatibleRerank
from routing.providers.openai_responses.adapter import OpenAIResponsesAdapter
from routing.providers.openai_responses.whole import OpenAIResponsesCompact, OpenAIResponsesCount
from routing.providers.sandbox.answer import SandboxAnswer, answer
from routing.providers.settings import AZURE, BEDROCK, DONE, EVERYBODY, KEEPS, KEY_HEADER, USAGE, VERTEX, Setting
from routing.wire.contract import Adapter, Call, ErrorKind, Outgoing, Target, UpstreamError
from routing.wire.vertex import speaks_anthropic, vertex_address

MakeAdapter = Callable[[], Adapter]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. A chat goes to the adapter of the caller's own dialect if there is one, else to ``chat``."""

    chat: MakeAdapter | None  # None: it has no chats
    signer: str  # a row of routing/signing/registry.py
    native: Mapping[str, MakeAdapter] = field(default_factory=dict)  # more client dialects that it speaks itself
    apis: Mapping[str, MakeAdapter] = field(default_factory=dict)  # for all chats, where the setting `api` names one
    keeps_responses: bool = False  # its Responses API stores answers, which can be read and continued there
    operations: Mapping[str, MakeAdapter] = field(default_factory=dict)  # embeddings, moderations, rerank, count_tokens
    base_url: Callable[[Mapping[str, str]], str] = lambda settings: ""  # where it answers, if the account does not say
    completed: Callable[[str, Mapping[str, str]], str] = lambda base_url, settings: base_url  # an account's own address
    of_model: Callable[[str], "Kind | None"] = lambda model: None  # for models that are spoken to in another way
    probe: str = ""  # a path whose GET is free of charge, for health checks
    answers_here: Callable[[Outgoing], SandboxAnswer] | None = None  # in the process, no network
    label: str = ""  # what people call it
    group: str = "own"  # own (a dialect of its own) | look-alike | local (a server of one's own)
    docs: str = ""  # its documentation's address
    key_variable: str = ""  # the environment variable in which its key usually lies
    settings: tuple[Setting, ...] = ()  # what its accounts may be told; `settings_of` has all
    defaults: Mapping[str, str] = field(default_factory=dict)  # what they are told unless they say otherwise
    price_book: str = ""  # its id there, where that is not the kind's name


COMPLETIONS: dict[str, MakeAdapter] = {"openai_completions": OpenAICompletionsAdapter}
RESPONSES: dict[str, MakeAdapter] = {"openai_responses": OpenAIResponsesAdapter}
RESPONSES_CHOSEN: dict[str, MakeAdapter] = {"responses": OpenAIResponsesAdapter}
EITHER_CHOSEN: dict[str, MakeAdapter] = {"chat": OpenAICompatibleAdapter, **RESPONSES_CHOSEN}
OPENAI_OPERATIONS: dict[str, MakeAdapter] = {
    "embeddings": OpenAICompatibleAdapter,
    "moderations": OpenAICompatibleAdapter,
}
COMPLETIONS_CHOSEN: dict[str, MakeAdapter] = {"completions": OpenAICompletionsAdapter}
RESPONSES_OPERATIONS: dict[str, MakeAdapter] = {
    "count_tokens": OpenAIResponsesCount,
    "compact": OpenAIResponsesCompact,
}
RERANK: dict[str, MakeAdapter] = {"rerank": OpenAICompatibleRerank}
GEMINI_OPERATIONS: dict[str, MakeAdapter] = {
    "count_tokens": GeminiCountAdapter,
    "embeddings": GeminiEmbeddingsAdapter,
}


def look_alike(row: Row) -> Kind:
    """A row of the catalog as a kind: OpenAI's dialect at an address of its own."""
    does = set(row.does)
    return Kind(
        OpenAICompatibleAdapter if "chat" in does else None,
        "bearer",
        native=(COMPLETIONS if "completions" in does else {}) | (RESPONSES if "responses" in does else {}),
        apis=EITHER_CHOSEN if "responses" in does else {},
        keeps_responses="stored_responses" in does,
        operations={name: make for name, make in (OPENAI_OPERATIONS | RERANK).items() if name in does},
        base_url=row.address,
        probe="/models",
        label=row.name,
        group="local" if row.is_local else "look-alike",
        docs=row.docs,
        key_variable=row.key,
        settings=(*row.settings, KEEPS, DONE, USAGE),
        defaults=row.quirks,
        price_book=row.prices,
    )


VERTEX_CLAUDE = Kind(VertexClaudeAdapter, "google", operations={"count_tokens": VertexClaudeAdapter})
KINDS: dict[str, Kind] = {
    "sandbox": Kind(
        OpenAICompatibleAdapter, "bearer", operations=OPENAI_OPERATIONS | RERANK, answers_here=answer, label="Sandbox",
        group="local",
    ),
    "openai_compatible": Kind(
        OpenAICompatibleAdapter, "bearer", native=COMPLETIONS, apis=RESPONSES_CHOSEN | COMPLETIONS_CHOSEN,
        operations=OPENAI_OPERATIONS | RERANK, probe="/models", settings=(KEEPS, DONE, USAGE),
        label="OpenAI-compatible", group="look-alike",
        docs="https://platform.openai.com/docs/api-reference",
    ),
    "openai": Kind(
        OpenAICompatibleAdapter, "bearer", native=COMPLETIONS | RESPONSES, apis=EITHER_CHOSEN, keeps_responses=True,
        operations=OPENAI_OPERATIONS | RESPONSES_OPERATIONS, base_url=lambda settings: "https://api.openai.com/v1",
        probe="/models", label="OpenAI", docs="https://platform.openai.com/docs", key_variable="OPENAI_API_KEY",
    ),
    "azure_openai": Kind(
        AzureAdapter, "azure", native={"openai_completions": AzureCompletionsAdapter, **RESPONSES},
        apis={"chat": AzureAdapter, **RESPONSES_CHOSEN}, keeps_responses=True, operations={"embeddings": AzureAdapter},
        base_url=azure.base_url, completed=azure.completed, probe="/models", label="Azure OpenAI",
        docs="https://learn.microsoft.com/en-us/azure/foundry/openai", key_variable="AZURE_OPENAI_API_KEY",
        settings=(*AZURE, KEEPS, KEY_HEADER), price_book="azure",
    ),
    "gemini": Kind(
        GeminiAdapter, "google", operations=GEMINI_OPERATIONS, base_url=lambda settings: AI_STUDIO, probe="/models",
        label="Google Gemini", docs="https://ai.google.dev/gemini-api/docs", key_variable="GEMINI_API_KEY",
    ),
    "vertex": Kind(
        GeminiAdapter, "google", operations=GEMINI_OPERATIONS, base_url=vertex_address, settings=VERTEX,
        of_model=lambda model: VERTEX_CLAUDE if speaks_anthropic(model) else None,
        label="Google Vertex AI", docs="https://cloud.google.com/vertex-ai/generative-ai/docs",
    ),
    "anthropic": Kind(
        AnthropicAdapter, "x_api_key", operations={"count_tokens": AnthropicAdapter},
        base_url=lambda settings: "https://api.anthropic.com/v1", probe="/models", settings=(KEY_HEADER,),
        label="Anthropic", docs="https://docs.anthropic.com", key_variable="ANTHROPIC_API_KEY",
    ),
    "cohere": Kind(
        CohereAdapter, "bearer", operations={"embeddings": CohereEmbeddings, "rerank": CohereRerank},
        base_url=lambda settings: COHERE, label="Cohere", docs="https://docs.cohere.com", key_variable="CO_API_KEY",
    ),
    "ollama": Kind(
        OllamaAdapter, "bearer", operations={"embeddings": OllamaEmbeddings}, base_url=lambda settings: OLLAMA,
        probe="/tags", label="Ollama", group="local", docs="https://docs.ollama.com/api",
    ),
    "bedrock": Kind(
        BedrockAdapter, "aws", native={"anthropic_messages": BedrockMessagesAdapter},
        apis={"converse": BedrockAdapter, "invoke": BedrockInvokeAdapter}, base_url=bedrock_base_url,
        operations={"count_tokens": BedrockCount, "embeddings": BedrockEmbeddings, "rerank": BedrockRerank},
        label="AWS Bedrock", docs="https://docs.aws.amazon.com/bedrock", key_variable="AWS_BEARER_TOKEN_BEDROCK",
        settings=BEDROCK,
    ),
}  # fmt: skip
KINDS |= {slug: look_alike(row) for slug, row in CATALOG.items() if slug not in KINDS}


def base_url_of(kind: str, base_url: str, settings: Mapping[str, str]) -> str:
    """The account's own address, else its kind's; empty if there is neither."""
    if kind not in KINDS:
        return base_url
    return KINDS[kind].completed(base_url, settings) if base_url else KINDS[kind].base_url(settings)


def target_settings(kind: str, base_url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The account's own over those that its kind begins with. A look-alike is also known by its address alone."""
    defaults = KINDS[kind].defaults if kind in KINDS else {}
    if kind == "openai_compatible" and (row := row_at(base_url)):
        defaults = row.quirks
    return {**defaults, **settings}


def kind_choices() -> list[tuple[str, str]]:
    """Each kind and what people call it."""
    return [(name, kind.label) for name, kind in KINDS.items()]


def settings_of(kind: str) -> dict[str, Setting]:
    """All that an account of this kind may be told, by name."""
    row = KINDS[kind]
    if row.answers_here is not None:
        return {}
    apis = [Setting("api", "Chat API", "For all chats, in place of the usual one.", choices=tuple(row.apis), rare=True)]
    return {setting.name: setting for setting in (*row.settings, *(apis if row.apis else ()), *EVERYBODY)}


def adapter_for(target: Target, call: Call) -> Adapter:
    """A new adapter for one attempt. Raises `UpstreamError` (UNSUPPORTED) for what this kind cannot do."""
    row = KINDS[target.kind]
    row = row.of_model(target.model) or row
    make = _chat_adapter(row, target, call) if call.operation == "chat" else row.operations.get(call.operation)
    if make is None and call.operation == "count_tokens":
        make = LocalCount
    if make is None:
        raise UpstreamError(ErrorKind.UNSUPPORTED, f"Providers of kind {target.kind} have no {call.operation}.")
    return make()


def _chat_adapter(row: Kind, target: Target, call: Call) -> MakeAdapter | None:
    chosen = row.apis.get(target.settings.get("api", ""))
    return chosen or row.native.get(call.dialect, row.chat)
