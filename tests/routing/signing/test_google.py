"""Signing for Google: keys in a header, service accounts by a token."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from google.auth import jwt

from routing.signing import google
from routing.signing.exchange import TokenRequest
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
ACCOUNT = {"type": "service_account", "project_id": "p", "private_key_id": "k1", "private_key": PEM,
           "client_email": "gateway@p.iam.example", "token_uri": "https://evil.example/token"}  # fmt: skip


def target(*secrets: str, kind: str = "vertex") -> Target:
    return Target(kind, "https://provider.example", "model", secrets=secrets)


def headers(made: Target) -> list[tuple[str, str]]:
    outgoing = Outgoing("/x")
    google.sign(outgoing, made)
    return outgoing.headers


@pytest.mark.parametrize(
    ("kind", "secret", "header"),
    [
        ("gemini", "AIzaKey", ("x-goog-api-key", "AIzaKey")),
        ("gemini", "any-key", ("x-goog-api-key", "any-key")),
        ("gemini", "ya29.token", ("Authorization", "Bearer ya29.token")),
        ("vertex", "AIzaKey", ("x-goog-api-key", "AIzaKey")),
        ("vertex", "AQ.Express", ("x-goog-api-key", "AQ.Express")),
        ("vertex", "ya29.token", ("Authorization", "Bearer ya29.token")),
        ("vertex", "a-token", ("Authorization", "Bearer a-token")),
    ],
)
def test_a_secret_goes_where_its_form_belongs(kind: str, secret: str, header: tuple[str, str]) -> None:
    assert headers(target(secret, kind=kind)) == [header]


def test_without_a_secret_nothing_is_added() -> None:
    assert headers(target()) == []


def asked(account: Any) -> TokenRequest:
    request = google.token_request(target(json.dumps(account)))
    assert request is not None
    return request


def test_a_service_account_states_who_it_is() -> None:
    request = asked(ACCOUNT)
    assert request.url == "https://oauth2.googleapis.com/token"  # never the file's own
    form = parse_qs(request.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(form["assertion"][0], certs={"k1": PUBLIC}, audience=request.url)
    assert claims["iss"] == "gateway@p.iam.example"
    assert claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    assert claims["exp"] - claims["iat"] == 3600


def test_a_key_needs_no_exchange() -> None:
    assert google.token_request(target("AIzaKey")) is None
    assert google.token_request(target()) is None


EC_KEY = ec.generate_private_key(ec.SECP256R1())
EC_PEM = EC_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("account", [{}, [], *({**ACCOUNT, "private_key": key} for key in (None, "x", EC_PEM))])
def test_what_is_no_service_account_is_refused(account: Any) -> None:
    secret = json.dumps(account) if account != [] else "{oops"
    with pytest.raises(UpstreamError) as caught:
        google.token_request(target(secret))
    assert caught.value.kind is ErrorKind.AUTH
    assert PEM not in caught.value.message


def test_nothing_secret_is_shown() -> None:
    request = asked(ACCOUNT)
    assert "assertion" not in repr(request) and "PRIVATE" not in repr(target(json.dumps(ACCOUNT)))


def test_a_token_is_read() -> None:
    assert google.read_token(b'{"access_token":"ya29.x","expires_in":3599}') == ("ya29.x", 3599)
    assert google.read_token(b'{"access_token":"ya29.x"}') == ("ya29.x", 3600)
    for body in (b"", b"[]", b"{}", b'{"access_token":7}'):
        with pytest.raises(UpstreamError):
            google.read_token(body)
