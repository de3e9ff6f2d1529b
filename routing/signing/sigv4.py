"""AWS Signature Version 4: a request signed with a secret that is never sent.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote_plus, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature is good for."""

    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire: path and query percent-encoded. ``headers``: those to be signed."""

    method: str
    url: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def signed_headers(
    request: Request, credentials: AwsCredentials, scope: Scope, now: datetime | None = None
) -> dict[str, str]:
    """The headers to add to the request, `Authorization` among them; `Host` is left to who sends it."""
    at = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(request.body).hexdigest()
    added = {"X-Amz-Date": at, "X-Amz-Content-SHA256": body_hash}
    if credentials.session_token:
        added["X-Amz-Security-Token"] = credentials.session_token
    headers = _canonical_headers({**request.headers, **added, "Host": host_of(request.url)})
    names = ";".join(name for name, _ in headers)
    canonical = _canonical_request(request, headers, names, body_hash)
    scoped = f"{at[:8]}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join((ALGORITHM, at, scoped, hashlib.sha256(canonical.encode()).hexdigest()))
    key = _signing_key(credentials.secret_key, at[:8], scope)
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"{credentials.access_key}/{scoped}"
    authorization = f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return {**added, "Authorization": authorization}


def host_of(url: str) -> str:
    """The `Host` header of a request to this address: a port only where it is not the scheme's own."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def _canonical_headers(headers: dict[str, str]) -> list[tuple[str, str]]:
    return sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())


def _canonical_request(request: Request, headers: list[tuple[str, str]], names: str, body_hash: str) -> str:
    parts = urlsplit(request.url)
    lines = "".join(f"{name}:{value}\n" for name, value in headers)
    return "\n".join(
        (request.method, _canonical_path(parts.path), _canonical_query(parts.query), lines, names, body_hash)
    )


def _canonical_path(path: str) -> str:
    """The path as it is sent, encoded once more: every service but S3 wants it so.

    An id `a:b` goes out as `a%3Ab` and is signed as `a%253Ab`.
    """
    return quote(path, safe="/~") or "/"


def _canonical_query(query: str) -> str:
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    encoded = [(_encoded(name), _encoded(value)) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _encoded(text: str) -> str:
    return quote(unquote_plus(text), safe="~")


@lru_cache(maxsize=256)
def _signing_key(secret_key: str, date: str, scope: Scope) -> bytes:
    """The same for a day, so it is kept: four hashes saved a request."""
    key = f"AWS4{secret_key}".encode()
    for part in (date, scope.region, scope.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
