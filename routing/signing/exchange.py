"""Secrets that are no key themselves, but are exchanged for a token with an end: what a way to sign says of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from routing.wire.contract import ErrorKind, Target, UpstreamError

FORM = "application/x-www-form-urlencoded"
LIFETIME = 3600.0  # seconds, of a token whose giver does not say


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A POST to a token endpoint; its body holds a secret."""

    url: str
    body: bytes = field(repr=False)
    content_type: str = FORM


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """The two ends of an exchange; whoever has the network makes it, and signs with the token as the secret."""

    request: Callable[[Target], TokenRequest | None]  # None: the secret is a key itself
    read: Callable[[bytes], tuple[str, float]]  # an answer → token and the seconds that it is good for


def read_token(body: bytes, giver: str) -> tuple[str, float]:
    """An OAuth answer: the token and the seconds that it is good for. Raises `UpstreamError` (AUTH)."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise UpstreamError(ErrorKind.AUTH, f"{giver}'s token endpoint gave no token.")
    seconds = answer.get("expires_in")
    return token, float(seconds) if isinstance(seconds, int | float) else LIFETIME
