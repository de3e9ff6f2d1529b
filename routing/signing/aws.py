"""AWS's two ways: a Bedrock API key as a bearer token, or access keys and a signature (SigV4).

A secret tells by its form which it is: one token is an API key; `ACCESS:SECRET`, `ACCESS:SECRET:SESSION` or a JSON
object with access_key_id, secret_access_key and maybe session_token are access keys.
https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
"""

import re
from urllib.parse import urlsplit

import orjson

from routing.signing import bearer
from routing.signing.sigv4 import AwsCredentials, Request, Scope, signed_headers
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

SERVICE = "bedrock"
# What goes out unless the target's headers say otherwise (routing/proxy/upstream.py).
_CONTENT_TYPE = {"content-type": "application/json"}
_REGION_IN_HOST = re.compile(r"\bbedrock(?:-[a-z]+)*\.([a-z]{2}(?:-[a-z]+)+-\d)\.")


def sign(outgoing: Outgoing, target: Target) -> None:
    """Add the headers that the target's first secret asks for. Raises `UpstreamError` (AUTH)."""
    credentials = access_keys(target.secrets[0]) if target.secrets else None
    if credentials is None:
        bearer.sign(outgoing, target)
        return
    request = Request(outgoing.method, target.base_url + outgoing.path, outgoing.body, _to_sign(outgoing, target))
    outgoing.headers += signed_headers(request, credentials, Scope(region_of(target), SERVICE)).items()


def access_keys(secret: str) -> AwsCredentials | None:
    """The access keys in a secret; None for a bearer token. Raises `UpstreamError` (AUTH) for half of them."""
    if secret.lstrip().startswith("{"):
        return _from_json(secret)
    access_key, colon, rest = secret.strip().partition(":")
    if not colon:
        return None
    secret_key, _, session_token = rest.partition(":")
    return _checked(access_key, secret_key, session_token)


def _from_json(secret: str) -> AwsCredentials:
    try:
        fields = orjson.loads(secret)
    except orjson.JSONDecodeError:
        fields = {}
    return _checked(*(fields.get(name) for name in ("access_key_id", "secret_access_key", "session_token")))


def _checked(access_key: object, secret_key: object, session_token: object) -> AwsCredentials:
    if not (isinstance(access_key, str) and access_key and isinstance(secret_key, str) and secret_key):
        raise UpstreamError(ErrorKind.AUTH, "The AWS credentials lack an access key or its secret.")
    return AwsCredentials(access_key, secret_key, session_token if isinstance(session_token, str) else "")


def region_of(target: Target) -> str:
    """From the settings, else from the address. Raises `UpstreamError` (AUTH)."""
    named = target.settings.get("region")
    found = None if named else _REGION_IN_HOST.search(urlsplit(target.base_url).hostname or "")
    region = named or (found and found[1])
    if not region:
        raise UpstreamError(ErrorKind.AUTH, "The provider's settings name no AWS region to sign for.")
    return region


def _to_sign(outgoing: Outgoing, target: Target) -> dict[str, str]:
    """Of the headers that go out, those that AWS wants signed."""
    sent = {name.lower(): value for name, value in (*target.headers.items(), *outgoing.headers)}
    return {name: value for name, value in (_CONTENT_TYPE | sent).items() if _is_signed(name)}


def _is_signed(name: str) -> bool:
    return name == "content-type" or name.startswith(("x-amz-", "x-amzn-"))
