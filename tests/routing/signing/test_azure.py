"""Signing for Azure: keys in a header, applications by a token of Entra ID, and the version of the API."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from routing.signing import azure
from routing.signing.exchange import TokenRequest
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

APPLICATION = {"tenant_id": "contoso.example", "client_id": "gateway", "client_secret": "s3cret/+"}
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln-_"
KEY = "key"
HOST = "https://ours.openai.azure.com"


def signed(secret: str = KEY, base_url: str = HOST + "/openai/v1", path: str = "/x", **settings: str) -> Outgoing:
    outgoing = Outgoing(path)
    azure.sign(outgoing, Target("azure_openai", base_url, "m", secrets=(secret,) if secret else (), settings=settings))
    return outgoing


@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        ("0123456789abcdef0123456789abcdef", [("api-key", "0123456789abcdef0123456789abcdef")]),
        (TOKEN, [("Authorization", f"Bearer {TOKEN}")]),
        ("", []),
    ],
)
def test_a_secret_goes_where_its_form_belongs(secret: str, headers: list[tuple[str, str]]) -> None:
    assert signed(secret).headers == headers


def test_a_gateway_of_azure_s_may_want_its_key_elsewhere() -> None:
    assert signed(key_header="Ocp-Apim-Subscription-Key").headers == [("Ocp-Apim-Subscription-Key", "key")]


@pytest.mark.parametrize(
    ("base_url", "version", "path"),
    [
        (HOST + "/openai/v1", "", "/x"),
        (HOST + "/openai/v1", "preview", "/x?api-version=preview"),
        (HOST + "/openai/v1", "2024-10-21", "/x"),  # that surface has no dates
        (HOST + "/openai", "2024-10-21", "/x?api-version=2024-10-21"),
        ("https://ours.services.ai.azure.com/models", "", "/x?api-version=2024-05-01-preview"),
        ("https://ours.services.ai.azure.com/models", "2025-01-01", "/x?api-version=2025-01-01"),
    ],
)
def test_a_dated_address_is_told_the_version(base_url: str, version: str, path: str) -> None:
    assert signed(base_url=base_url, **({"api_version": version} if version else {})).path == path


def test_the_version_stands_beside_what_is_asked() -> None:
    path = signed(base_url=HOST + "/openai", path="/responses/r/input_items?limit=5", api_version="2025-03-01").path
    assert path == "/responses/r/input_items?limit=5&api-version=2025-03-01"


def asked(application: Any, base_url: str = HOST) -> TokenRequest:
    request = azure.token_request(Target("azure_openai", base_url, "m", secrets=(json.dumps(application),)))
    assert request is not None
    return request


@pytest.mark.parametrize(
    ("host", "giver", "scope"),
    [
        ("ours.openai.azure.com", "login.microsoftonline.com", "https://cognitiveservices.azure.com/.default"),
        ("ours.openai.azure.us", "login.microsoftonline.us", "https://cognitiveservices.azure.us/.default"),
        ("gateway.internal", "login.microsoftonline.com", "https://cognitiveservices.azure.com/.default"),
    ],
)
def test_an_application_asks_for_a_token(host: str, giver: str, scope: str) -> None:
    request = asked(APPLICATION, f"https://{host}/openai/v1")
    assert request.url == f"https://{giver}/contoso.example/oauth2/v2.0/token"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"], "client_id": ["gateway"], "client_secret": ["s3cret/+"], "scope": [scope],
    }  # fmt: skip
    assert "s3cret" not in repr(request)  # B15


def test_a_key_needs_no_exchange() -> None:
    assert azure.token_request(Target("azure_openai", HOST, "m", secrets=("key",))) is None
    assert azure.token_request(Target("azure_openai", HOST, "m")) is None


# B15: nothing of what was given is in the message
@pytest.mark.parametrize(
    "application",
    [
        {},
        {**APPLICATION, "client_secret": ""},
        {**APPLICATION, "client_id": 5},
        {**APPLICATION, "tenant_id": "evil.example/x?"},
        {**APPLICATION, "tenant_id": "../common"},
        [],
    ],
)
def test_half_an_application_is_refused(application: Any) -> None:
    text = "{" if application == [] else json.dumps(application)
    with pytest.raises(UpstreamError) as caught:
        azure.token_request(Target("azure_openai", HOST, "m", secrets=(text,)))
    assert caught.value.kind is ErrorKind.AUTH
    assert "s3cret" not in caught.value.message and "evil" not in caught.value.message


def test_the_token_is_read() -> None:
    assert azure.read_token(b'{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ"}') == ("eyJ", 3599)
    with pytest.raises(UpstreamError, match="Entra"):
        azure.read_token(b'{"error":"invalid_client"}')
