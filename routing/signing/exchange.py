"""Secrets that are no key themselves, but are exchanged for a token with an end: what a way to sign says of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from routing.wire.contract import Target

FORM = "application/x-www-form-urlencoded"


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
