"""Azure's two ways: a key in a header, or a token that Entra ID gives an application.

A secret that is a JSON object with tenant_id, client_id and client_secret is an application's: Entra ID turns it into a
token. Each request also says the version of the API that it is written for, where the account names one.
https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import re
from urllib.parse import urlencode, urlsplit

from routing.signing import bearer, exchange, header_key
from routing.signing.exchange import TokenRequest
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

FIELDS = ("tenant_id", "client_id", "client_secret")
# Whoever may set a credential must not choose where the platform connects to: the end of the resource's host decides.
_CLOUDS = {
    "us": ("login.microsoftonline.us", "https://cognitiveservices.azure.us/.default"),
    "cn": ("login.partner.microsoftonline.cn", "https://cognitiveservices.azure.cn/.default"),
    "com": ("login.microsoftonline.com", "https://cognitiveservices.azure.com/.default"),
}
_TENANT = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*")  # a JWT, as no key looks
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
MODELS_VERSION = "2024-05-01-preview"  # the newest of the surface `/models`, which refuses requests without one

_sign_with_key = header_key.named("api-key")


def sign(outgoing: Outgoing, target: Target) -> None:
    """Add the target's first secret, a key or a token by its form, and the version."""
    if target.secrets and _TOKEN.fullmatch(target.secrets[0]):
        bearer.sign(outgoing, target)
    else:
        _sign_with_key(outgoing, target)
    if version := _version(target):
        outgoing.path += ("&" if "?" in outgoing.path else "?") + urlencode({"api-version": version})


def _version(target: Target) -> str:
    version = target.settings.get("api_version", "")
    if target.base_url.endswith("/models"):
        return version or MODELS_VERSION
    return "" if target.base_url.endswith("/v1") and _DATE.match(version) else version  # that one has no dates


def token_request(target: Target) -> TokenRequest | None:
    """What to ask Entra ID; None where the secret needs no exchange. Raises `UpstreamError` (AUTH)."""
    if not target.secrets or not target.secrets[0].lstrip().startswith("{"):
        return None
    tenant, client, secret = _application(target.secrets[0])
    host, scope = _CLOUDS.get((urlsplit(target.base_url).hostname or "").rpartition(".")[2], _CLOUDS["com"])
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": scope}
    return TokenRequest(f"https://{host}/{tenant}/oauth2/v2.0/token", urlencode(form).encode())


def _application(secret: str) -> tuple[str, str, str]:
    try:
        application = json_text.read(secret.encode())
    except json_text.InvalidJson:
        application = None
    given = [application.get(name) for name in FIELDS] if isinstance(application, dict) else []
    if not given or not all(isinstance(value, str) and value for value in given):
        raise UpstreamError(ErrorKind.AUTH, f"An application's secret is a JSON object with {', '.join(FIELDS)}.")
    tenant, client, password = map(str, given)
    if not _TENANT.fullmatch(tenant):
        raise UpstreamError(ErrorKind.AUTH, "A tenant_id is a directory's id or its domain.")
    return tenant, client, password


def read_token(body: bytes) -> tuple[str, float]:
    """Token and the seconds that it is good for. Raises `UpstreamError` (AUTH)."""
    return exchange.read_token(body, "Entra ID")
