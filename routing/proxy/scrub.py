"""Taking our secrets out of what providers say of a failed call; some quote the key that they were sent."""

from urllib.parse import quote

from routing.wire.contract import UpstreamError

MESSAGE_CHARS, NAME_CHARS = 2_000, 200
SHORTEST_SECRET = 6  # what is shorter is the placeholder that a local server wants
SHORTEST_PART = 12


def scrub(error: UpstreamError, secrets: tuple[str, ...]) -> None:
    """Remove the secrets from all that callers and the ledger will see, and bound its length: only then, since a
    cut might leave a part of a secret that is not recognised any more."""
    error.message = _without(error.message, secrets)[:MESSAGE_CHARS]
    error.code = error.code and _without(error.code, secrets)[:NAME_CHARS]
    error.param = error.param and _without(error.param, secrets)[:NAME_CHARS]


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        for shape in _shapes(secret):
            text = text.replace(shape, "…")
    return text


def _shapes(secret: str) -> list[str]:
    """As it is, as in a URL, as in JSON within a text, and its first half, as some show it; the longest first."""
    if len(secret) < SHORTEST_SECRET:
        return []
    half = secret[: len(secret) // 2]
    parts = [half] if len(half) >= SHORTEST_PART else []
    return [secret, quote(secret, safe=""), secret.replace("/", "\\/"), *parts]
