"""Signatures equal those of botocore, AWS's own SDK."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from routing.signing.sigv4 import AwsCredentials, Request, Scope, host_of, signed_headers

SCOPE = Scope("us-east-1", "bedrock")
KEYS = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/mi1dadi0g15f"


def botocores(request: Request, credentials: AwsCredentials, scope: Scope = SCOPE) -> tuple[str, datetime]:
    """What botocore makes of it, and when it did."""
    theirs = AWSRequest(request.method, request.url, dict(request.headers), request.body)
    theirs.headers["X-Amz-Content-SHA256"] = SigV4Auth(None, "", "").payload(theirs)
    keys = Credentials(credentials.access_key, credentials.secret_key, credentials.session_token or None)
    SigV4Auth(keys, scope.service, scope.region).add_auth(theirs)
    at = datetime.strptime(theirs.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return theirs.headers["Authorization"], at


def check(request: Request, credentials: AwsCredentials = KEYS, scope: Scope = SCOPE) -> None:
    expected, at = botocores(request, credentials, scope)
    assert signed_headers(request, credentials, scope, at)["Authorization"] == expected


# B42
@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-micro-v1",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ARN,
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:provisioned-model/abc~_-.x",
        "ä ödd+name%3A&?#",
    ],
)
@pytest.mark.parametrize("encoded", [True, False])
def test_ids_with_colons_and_arns(model: str, encoded: bool) -> None:
    path = quote(model, safe="") if encoded else quote(model, safe=":/")
    check(Request("POST", f"{HOST}/model/{path}/converse", b'{"messages":[]}', {"content-type": "application/json"}))


@given(
    model=st.text(min_size=1, max_size=30).filter(lambda model: model.strip(".")),
    body=st.binary(max_size=50),
    session=st.text("abcDEF012+/=", max_size=20),
    headers=st.dictionaries(
        st.sampled_from(["content-type", "X-Amzn-Bedrock-Trace", "x-amz-foo", "accept"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    ),
)
def test_anything_is_signed_alike(model: str, body: bytes, session: str, headers: dict[str, str]) -> None:
    url = f"{HOST}/model/{quote(model, safe='')}/invoke"
    check(Request("POST", url, body, headers), AwsCredentials("AKID", "secret", session))


@pytest.mark.parametrize("base", ["http://127.0.0.1:8089", "https://h.example:443/proxy", "http://H.example:80", HOST])
@pytest.mark.parametrize("query", ["", "?b=2&a=1&a=0", "?maxResults=5&byProvider=a%20b"])
def test_ports_prefixes_and_queries(base: str, query: str) -> None:
    check(Request("GET", f"{base}/foundation-models{query}"), scope=Scope("eu-central-1", "bedrock"))


def test_the_session_token_goes_out_and_is_signed() -> None:
    headers = signed_headers(Request("POST", HOST), AwsCredentials("A", "s", "token"), SCOPE)
    assert headers["X-Amz-Security-Token"] == "token"
    assert ";x-amz-security-token," in headers["Authorization"]
    assert "X-Amz-Security-Token" not in signed_headers(Request("POST", HOST), KEYS, SCOPE)


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(AwsCredentials("A", "s3cret", "t0ken"))
    assert "t0ken" not in repr(AwsCredentials("A", "s3cret", "t0ken"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.example/x", "a.example"),
        ("https://A.Example:443", "a.example"),
        ("http://a.example:443", "a.example:443"),
        ("http://[::1]:80/x", "[::1]"),
        ("https://[::1]:8443", "[::1]:8443"),
    ],
)
def test_the_host_header(url: str, host: str) -> None:
    assert host_of(url) == host
