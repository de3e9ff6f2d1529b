"""Google's two ways: an API key in a header, or a service account's token.

A secret that is a JSON object is the key file of a service account: it signs a statement of who it is, which Google's
token endpoint turns into a token for an hour. The network is the caller's business: `token_request` and `read_token`
are the two ends of that exchange, and `sign` finds the token in the place of the secret.
https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import base64
import time
from typing import Any
from urllib.parse import urlencode

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from routing.signing import bearer, exchange
from routing.signing.exchange import TokenRequest
from routing.wire.contract import ErrorKind, Json, Outgoing, Target, UpstreamError

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Not the key file's own `token_uri`: whoever may set a credential must not choose where the platform connects to.
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105
LIFETIME = 3600  # seconds, the longest that Google allows
_KEYS, _TOKENS = ("AIza", "AQ."), "ya29."  # how they begin


def sign(outgoing: Outgoing, target: Target) -> None:
    """Add the target's first secret, a key or a token by its form; nothing where it has none."""
    secret = target.secrets[0] if target.secrets else ""
    is_token = not secret.startswith(_KEYS) if target.kind == "vertex" else secret.startswith(_TOKENS)
    if is_token or not secret:
        bearer.sign(outgoing, target)
    else:
        outgoing.headers.append(("x-goog-api-key", secret))


def token_request(target: Target) -> TokenRequest | None:
    """What to ask the token endpoint; None where the secret needs no exchange. Raises `UpstreamError` (AUTH)."""
    if not target.secrets or not target.secrets[0].lstrip().startswith("{"):
        return None
    account = _account(target.secrets[0])
    form = {"grant_type": GRANT, "assertion": _assertion(account, int(time.time()))}
    return TokenRequest(TOKEN_URL, urlencode(form).encode())


def read_token(body: bytes) -> tuple[str, float]:
    """Token and the seconds that it is good for. Raises `UpstreamError` (AUTH)."""
    return exchange.read_token(body, "Google")


def _account(secret: str) -> Json:
    try:
        account = orjson.loads(secret)
    except orjson.JSONDecodeError:
        account = None
    needed = ("client_email", "private_key")
    if not isinstance(account, dict) or not all(isinstance(account.get(name), str) for name in needed):
        raise UpstreamError(ErrorKind.AUTH, "The service account's key file lacks client_email or private_key.")
    return account


def _assertion(account: Json, now: int) -> str:
    """A JWT signed with the account's key (RS256). https://datatracker.ietf.org/doc/html/rfc7523"""
    header = {"alg": "RS256", "typ": "JWT", **({"kid": account["private_key_id"]} if _named(account) else {})}
    claims = {"iss": account["client_email"], "scope": SCOPE, "aud": TOKEN_URL, "iat": now, "exp": now + LIFETIME}
    signed = b".".join(_encoded(orjson.dumps(part)) for part in (header, claims))
    signature = _key(account["private_key"]).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return b".".join([signed, _encoded(signature)]).decode()


def _named(account: Json) -> bool:
    return isinstance(account.get("private_key_id"), str)


def _key(pem: str) -> rsa.RSAPrivateKey:
    try:
        key: Any = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UpstreamError(ErrorKind.AUTH, "The service account's private_key is no RSA key.")
    return key


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
