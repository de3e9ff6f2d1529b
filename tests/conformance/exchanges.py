"""Reading recorded exchanges from a folder, and saying which adapter and dialect each is for."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
}
APIS = {"responses": "responses", "converse": "converse", "converse-stream": "converse"}
# Settings that such a server's account has.
SETTINGS = {"huggingface": {"done": "optional"}, "perplexity": {"done": "optional"}}


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

    @property
    def kind(self) -> str:
        return ENDPOINTS[self.endpoint][0]

    @property
    def settings(self) -> dict[str, str]:
        api = {"api": APIS[self.endpoint]} if self.endpoint in APIS else {}
        return {**api, **SETTINGS.get(self.provider, {})}

    @property
    def dialect(self) -> str:
        return ENDPOINTS[self.endpoint][1]

    def __str__(self) -> str:
        return f"{self.provider}/{self.endpoint}/{self.id}"


def read(directory: Path) -> Iterator[Exchange]:
    """Every exchange in the folder's `<provider>.jsonl.gz` files."""
    for path in sorted(directory.glob("*.jsonl.gz")):
        if path.name.startswith("_"):
            continue
        with gzip.open(path) as lines:
            yield from (_exchange(json.loads(line)) for line in lines)


def _exchange(raw: Json) -> Exchange:
    response = raw["response"]
    return Exchange(
        id=raw["id"],
        provider=raw["provider"],
        endpoint=raw["endpoint"],
        model=raw.get("model") or "",
        features=tuple(raw.get("features") or ()),
        method=raw["request"].get("method") or "POST",
        url=raw["request"].get("url") or "",
        request=_object(raw["request"].get("body")),
        status=response["status"],
        headers=response.get("headers") or {},
        body=_bytes(response),
        usage=raw.get("usage"),
        stream=bool(raw.get("stream")),
    )


def _object(body: Any) -> Json:
    return body if isinstance(body, dict) else {}


def _bytes(response: Json) -> bytes:
    if response.get("body_b64"):
        body = base64.b64decode(response["body_b64"])
        return zlib.decompressobj(31).decompress(body) if body[:2] == b"\x1f\x8b" else body
    said = response.get("body")
    if isinstance(said, str):
        return said.encode()
    return b"" if said is None else json.dumps(said).encode()
