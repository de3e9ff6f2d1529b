"""What goes wrong, as the caller hears it."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.proxy.errors import from_upstream
from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.dialects.openai_chat.errors import error as openai_error
from routing.wire.failure import GatewayError

STATUSES = {
    ErrorKind.RATE_LIMIT: 429,
    ErrorKind.OVERLOADED: 503,
    ErrorKind.SERVER: 502,
    ErrorKind.TIMEOUT: 504,
    ErrorKind.CONNECTION: 503,
    ErrorKind.TRUNCATED: 502,
    ErrorKind.AUTH: 502,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONTEXT_LENGTH: 400,
    ErrorKind.CONTENT_FILTER: 400,
    ErrorKind.BAD_REQUEST: 400,
    ErrorKind.UNSUPPORTED: 400,
}


@pytest.mark.parametrize("kind", ErrorKind)
def test_each_kind_has_its_status_and_a_stable_code(kind: ErrorKind) -> None:
    error = from_upstream(UpstreamError(kind, "Words of the provider.", retry_after=7), "d1")
    assert (error.status, error.code, error.retry_after) == (STATUSES[kind], kind.value, 7)


# B15: providers quote keys when they refuse them
def test_what_a_provider_says_of_our_credentials_is_not_the_caller_s() -> None:
    theirs = UpstreamError(ErrorKind.AUTH, "Incorrect API key provided: sk-pro…", 401, code="invalid_api_key")
    error = from_upstream(theirs, "d1")
    assert "sk-pro" not in error.message
    assert "d1" in error.message
    assert error.code == "provider_auth"


@pytest.mark.parametrize(("theirs", "ours"), [(400, 400), (422, 422), (409, 400), (None, 400)])
def test_a_bad_request_keeps_the_provider_s_code_and_parameter(theirs: int | None, ours: int) -> None:
    error = from_upstream(UpstreamError(ErrorKind.BAD_REQUEST, "No.", theirs, None, "empty_array", "messages"), "d1")
    assert (error.status, error.code, error.param) == (ours, "empty_array", "messages")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error"),
     (404, "invalid_request_error"), (429, "rate_limit_error"), (500, "api_error"), (504, "api_error")],
)  # fmt: skip
def test_types_are_openai_s(status: int, kind: str) -> None:
    assert openai_error(GatewayError(status, "code", "message"), "req_1")["error"]["type"] == kind


@given(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.text(st.characters(exclude_categories=["Cs"])))
def test_the_body_is_openai_s(message: str, param: str | None) -> None:
    body = openai_error(GatewayError(400, "code", message, param), "req_1")
    error = orjson.loads(orjson.dumps(body))["error"]
    assert (error["message"], error["param"], error["code"]) == (message, param, "code")
    assert (error["type"], error["request_id"]) == ("invalid_request_error", "req_1")
