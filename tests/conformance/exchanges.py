"""Reading recorded exchanges from a folder, and saying which adapter and dialect each is for."""

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from routing.providers.catalog import CATALOG
from routing.providers.registry import KINDS, target_settings
from tests.conformance.meaning import Json

# What was recorded → the kind that speaks to such a server, and the dialect of the recorded bodies.
ENDPOINTS = {
    "chat.completions": ("openai_compatible", "openai_chat"),
    "responses": ("openai", "openai_responses"),
    "messages": ("anthropic", "anthropic_messages"),
    "generateContent": ("gemini", "gemini"),
    "streamGenerateContent": ("gemini", "gemini"),
    "converse": ("bedrock", "converse"),
    "converse-stream": ("bedrock", "converse"),
    "invoke": ("bedrock", "anthropic_messages"),
    "invoke-stream": ("bedrock", "anthropic_messages"),
    "invoke.own": ("bedrock", "invoke"),  # a model's own words, which are neither Anthropic's nor Converse's
    "invoke-stream.own": ("bedrock", "invoke"),
    "vertex.rawPredict": ("vertex", "anthropic_messages"),
    "completions": ("openai_compatible", "openai_completions"),
    "cohere.chat": ("cohere", "cohere"),
    "ollama.chat": ("ollama", "ollama"),
    "ollama.generate": ("ollama", "ollama"),
}
# Filed under a wrong name: Writer's chats are OpenAI's.
_NO_CHAT = re.compile("embed|rerank")
REFILED = {("writer", "cohere.chat"): "chat.completions"}
APIS = {
    "chat.completions": "chat",
    "responses": "responses",
    "converse": "converse",
    "converse-stream": "converse",
    "invoke.own": "invoke",
    "invoke-stream.own": "invoke",
}  # the API that was recorded, where a kind has several
NAMES = {"azure": "azure_openai"}  # of providers that are recorded under another than their kind's
SPEAK_OPENAI_S = {"openai", "azure_openai", *CATALOG} - {"cohere", "ollama"}  # kinds; these speak their own


@dataclass(frozen=True)
class Exchange:
    """One recorded exchange."""

    id: str
    provider: str
    endpoint: str
    model: str
    features: tuple[str, ...]
    method: str
    url: str
    request: Json
    status: int
    headers: dict[str, str]
    body: bytes
    usage: Json | None
    stream: bool
    is_cut: bool  # the recorder stopped inside its compressed bytes

    @property
    def kind(self) -> str:
        """The provider's own kind, if there is one that has this API."""
        kind, dialect = ENDPOINTS.get(self.endpoint, ("openai_compatible", "openai_chat"))
        own = NAMES.get(self.provider, self.provider)
        if not dialect.startswith(("openai_chat", "openai_responses")) or own not in SPEAK_OPENAI_S & KINDS.keys():
            return kind
        return kind if self.endpoint == "responses" and "responses" not in KINDS[own].apis else own

    @property
    def settings(self) -> dict[str, str]:
        api = APIS.get(self.endpoint, "")
        return target_settings(self.kind, "", {"api": api} if api in KINDS[self.kind].apis else {})

    @property
    def dialect(self) -> str:
        return ENDPOINTS[self.endpoint][1]

    def __str__(self) -> str:
        return f"{self.provider}/{self.endpoint}/{self.id}"


def lines_in(directory: Path) -> Iterator[bytes]:
    """Every exchange in the folder's `<provider>.jsonl.gz` and `.jsonl` files, as it stands there."""
    for path in sorted([*directory.glob("*.jsonl.gz"), *directory.glob("*.jsonl")]):
        if not path.name.startswith("_"):  # these hold no exchanges, but answers alone
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
                yield from lines


def read(directory: Path) -> Iterator[Exchange]:
    return map(exchange_in, lines_in(directory))


def exchange_in(line: bytes) -> Exchange:
    raw = orjson.loads(line)
    response = raw["response"]
    body, is_cut = _bytes(response)
    return Exchange(
        id=raw["id"],
        provider=raw["provider"],
        endpoint=_endpoint(raw, body),
        model=raw.get("model") or "",
        features=tuple(raw.get("features") or ()),
        method=raw["request"].get("method") or "POST",
        url=raw["request"].get("url") or "",
        request=_object(raw["request"].get("body")),
        status=response["status"],
        headers=response.get("headers") or {},
        body=body,
        usage=raw.get("usage"),
        stream=bool(raw.get("stream")),
        is_cut=is_cut,
    )


def _endpoint(raw: Json, body: bytes) -> str:
    """What was really called."""
    filed = str(raw["endpoint"])
    if filed == "responses" and b'"embedding"' in body[:200]:
        return "embeddings"
    if filed == "responses.other" and b'"object": "response",' in body:
        return "responses"  # read again later
    asked = _object(raw["request"].get("body"))
    if filed.startswith("invoke") and "anthropic_version" not in asked and not _NO_CHAT.search(raw.get("model") or ""):
        return f"{filed}.own"
    return REFILED.get((raw["provider"], filed), filed)


def _object(body: Any) -> Json:
    return body if isinstance(body, dict) else {}


def _bytes(response: Json) -> tuple[bytes, bool]:
    """The body, and whether its compressed bytes end too early."""
    if response.get("body_b64"):
        body = base64.b64decode(response["body_b64"])
        if body[:2] != b"\x1f\x8b":
            return body, False
        unpacking = zlib.decompressobj(31)
        return unpacking.decompress(body), not unpacking.eof
    said = response.get("body")
    if isinstance(said, str):
        return said.encode(), False
    return b"" if said is None else json.dumps(said).encode(), False
