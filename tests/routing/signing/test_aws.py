"""A secret tells how to sign; what is signed is what arrives."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from routing.proxy.upstream import Upstream
from routing.signing import aws
from routing.signing.sigv4 import AwsCredentials, Request, Scope, signed_headers
from routing.wire.contract import ErrorKind, Outgoing, Target, UpstreamError

KEYS = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "https://bedrock-runtime.eu-west-1.amazonaws.com"
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"


def target(secret: str = KEYS, base_url: str = HOST, **settings: str) -> Target:
    return Target("bedrock", base_url, "m", secrets=(secret,) if secret else (), settings=settings)


def signed(to: Target) -> dict[str, str]:
    outgoing = Outgoing("/model/m/converse", b"{}")
    aws.sign(outgoing, to)
    return dict(outgoing.headers)


@pytest.mark.parametrize("key", ["ABSKQmVkcm9ja0FQSUtleQ==", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3M="])
def test_one_token_is_an_api_key(key: str) -> None:
    assert signed(target(key)) == {"Authorization": f"Bearer {key}"}


def test_no_secret_adds_nothing() -> None:
    assert signed(target("")) == {}


@pytest.mark.parametrize(
    ("secret", "credentials"),
    [
        ("AK:s/e+c", AwsCredentials("AK", "s/e+c")),
        (" AK:s\n", AwsCredentials("AK", "s")),
        ("AK:s:IQo//t=", AwsCredentials("AK", "s", "IQo//t=")),
        ('{"access_key_id": "AK", "secret_access_key": "s"}', AwsCredentials("AK", "s")),
        (
            ' {"access_key_id": "AK", "secret_access_key": "s", "session_token": "t"}',
            AwsCredentials("AK", "s", "t"),
        ),
        ('{"access_key_id": "AK", "secret_access_key": "s", "session_token": null}', AwsCredentials("AK", "s")),
        ("token", None),
    ],
)
def test_access_keys_in_each_form(secret: str, credentials: AwsCredentials | None) -> None:
    assert aws.access_keys(secret) == credentials


@pytest.mark.parametrize("secret", ["AK:", ":s", "{}", "{", '{"access_key_id": "AK"}', '{"access_key_id": 1}'])
def test_half_a_key_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        aws.access_keys(secret)
    assert caught.value.kind is ErrorKind.AUTH
    assert secret not in caught.value.message or secret == "{"


@pytest.mark.parametrize(
    ("base_url", "settings", "region"),
    [
        (HOST, {}, "eu-west-1"),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", {}, "us-gov-west-1"),
        ("https://vpce-0a1.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", {}, "ap-southeast-2"),
        ("http://127.0.0.1:9000", {"region": "us-west-2"}, "us-west-2"),
        (HOST, {"region": "us-west-2"}, "us-west-2"),
    ],
)
def test_the_region(base_url: str, settings: dict[str, str], region: str) -> None:
    assert f"/{region}/bedrock/aws4_request," in signed(target(base_url=base_url, **settings))["Authorization"]


def test_no_region_is_told() -> None:
    with pytest.raises(UpstreamError, match="region"):
        signed(target(base_url="http://127.0.0.1:9000"))


# B42: the path arrives as it was signed, through the real client and a real socket
@pytest.mark.parametrize("model", ["anthropic.claude-v2:1", ARN, "ä b+c%2F"])
async def test_what_arrives_is_what_was_signed(model: str) -> None:
    got: dict[str, object] = {}

    async def keep(request: web.Request) -> web.Response:
        got.update(path=request.raw_path, headers=request.headers.copy(), body=await request.read())
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", keep)
    server = TestServer(app)
    await server.start_server()
    upstream = Upstream(allow_private=True)
    base_url = str(server.make_url("/prefix"))
    to = Target("bedrock", base_url, model, {"X-Amzn-Note": "a  b"}, (KEYS,), {"region": "us-east-1"})
    path = f"/model/{quote(model, safe='')}/converse"
    try:
        response = await upstream.send(Outgoing(path, orjson.dumps({"messages": []})), to, 5.0)
        assert response.status == 200
        await response.read(1000)
    finally:
        await upstream.close()
        await server.close()

    assert got["path"] == "/prefix" + path
    assert authorization_of(got) == got["headers"]["Authorization"]  # type: ignore[index]


def authorization_of(got: dict[str, object]) -> str:
    """What the server computes from what came in."""
    headers, body = got["headers"], got["body"]
    names = re.search("SignedHeaders=([^,]+)", headers["Authorization"])[1].split(";")  # type: ignore[index]
    assert {"host", "content-type", "x-amz-date", "x-amz-content-sha256", "x-amzn-note"} == set(names)
    sent = {name: headers[name] for name in names if name.startswith(("content", "x-amzn"))}  # type: ignore[index]
    at = datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)  # type: ignore[index]
    request = Request("POST", f"http://{headers['Host']}{got['path']}", body, sent)  # type: ignore[index, arg-type]
    access_key, _, secret_key = KEYS.partition(":")
    expected = signed_headers(request, AwsCredentials(access_key, secret_key), Scope("us-east-1", "bedrock"), at)
    return expected["Authorization"]
