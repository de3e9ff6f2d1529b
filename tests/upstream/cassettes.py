"""Recorded exchanges with real providers: tests/cassettes, and ../shared/data/wire/dev where it is there."""

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent.parent / "cassettes"
FULL = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "wire" / "dev"
FILES = (b"\x89PNG", b"%PDF")
GZIP = b"\x1f\x8b"
HOP_HEADERS = {"content-length", "transfer-encoding", "content-encoding", "connection"}


@dataclass(frozen=True)
class Cassette:
    """One exchange: what was asked, what came back."""

    id: str
    provider: str
    endpoint: str
    features: tuple[str, ...]
    request: dict[str, Any]
    status: int
    headers: dict[str, str]
    body: bytes
    usage: dict[str, Any] | None
    model: str = ""
    url: str = ""
    is_binary: bool = False  # the body is AWS's binary event stream

    @property
    def is_event_stream(self) -> bool:
        return self.status == 200 and (bool(self.request.get("stream")) or self.endpoint.startswith("stream"))

    @property
    def json(self) -> dict[str, Any]:
        """A whole answer."""
        return _json_object(self.body)

    @property
    def json_events(self) -> list[dict[str, Any]]:
        """The data of each event of a stream, without the terminal marker."""
        data = [event.removeprefix(b"data:").strip() for event in self.events if event.startswith(b"data:")]
        return [json.loads(event) for event in data if event != b"[DONE]"]

    @property
    def events(self) -> list[bytes]:
        """The stream, event by event, each with its blank line."""
        text = self.body.replace(b"\r\n", b"\n")
        return [event + b"\n\n" for event in text.split(b"\n\n") if event.strip()]


def kept() -> list[Cassette]:
    """The exchanges that live in this repository."""
    return [_read(line) for path in sorted(KEPT.glob("*.jsonl")) for line in path.read_text().splitlines()]


def full(provider: str) -> Iterator[Cassette]:
    """All recorded exchanges of a provider; none without the shared data."""
    path = FULL / f"{provider}.jsonl.gz"
    if path.exists():
        with gzip.open(path) as lines:
            yield from (_read(line) for line in lines)


def load(cassette_id: str) -> Cassette:
    """By id, from the kept ones, else from the full data."""
    return _kept_by_id().get(cassette_id) or _full_by_id()[cassette_id]


@cache
def _kept_by_id() -> dict[str, Cassette]:
    return {cassette.id: cassette for cassette in kept()}


@cache
def _full_by_id() -> dict[str, Cassette]:
    providers = [path.name.removesuffix(".jsonl.gz") for path in FULL.glob("[a-z]*.jsonl.gz")]
    return {cassette.id: cassette for provider in providers for cassette in full(provider)}


def _read(line: str | bytes) -> Cassette:
    exchange = json.loads(line)
    request, response = exchange["request"], exchange["response"]
    return Cassette(
        id=exchange["id"],
        provider=exchange["provider"],
        endpoint=exchange["endpoint"],
        features=tuple(exchange["features"]),
        request=_json_object(request.get("body")),
        status=response["status"],
        headers={k: v for k, v in response["headers"].items() if k.lower() not in HOP_HEADERS},
        body=_body(response),
        usage=exchange.get("usage"),
        model=exchange.get("model") or "",
        url=request.get("url") or "",
        is_binary=bool(response.get("body_b64")),
    )


def _body(response: dict[str, Any]) -> bytes:
    """What the provider sent; nothing where a compressed answer was not recorded to its end."""
    raw = base64.b64decode(response.get("body_b64") or b"")
    if raw.startswith(GZIP):
        unpacking = zlib.decompressobj(wbits=31)
        text = unpacking.decompress(raw)
        return text if unpacking.eof else b""
    if raw.startswith(FILES):  # fetched beside the calls
        return b""
    return raw or (response.get("body") or "").encode()


def _json_object(body: Any) -> dict[str, Any]:
    parsed = json.loads(body) if isinstance(body, str | bytes) else body
    return parsed if isinstance(parsed, dict) else {}
