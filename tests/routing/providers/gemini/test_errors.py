"""What Google's errors mean."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.wire.contract import ErrorKind
from tests.routing.providers.gemini.exchanges import adapter, everything
from tests.routing.providers.gemini.test_stream import ANYTHING

INVALID = "INVALID_ARGUMENT"


def failed(status: int, message: str, name: str = INVALID, details: Any = (), headers: Any = None) -> Any:
    error = {"code": status, "message": message, "status": name, "details": list(details)}
    return adapter().error(status, headers or {}, orjson.dumps({"error": error}))


@pytest.mark.parametrize(
    ("status", "name", "message", "kind"),
    [
        (400, INVALID, "API key not valid. Please pass a valid API key.", ErrorKind.AUTH),
        (400, INVALID, "API key expired. Please renew the API key.", ErrorKind.AUTH),
        (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", ErrorKind.AUTH),
        (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers", ErrorKind.AUTH),
        (403, "PERMISSION_DENIED", "CachedContent not found (or permission denied)", ErrorKind.BAD_REQUEST),
        (400, "FAILED_PRECONDITION", "User location is not supported for the API use.", ErrorKind.UNSUPPORTED),
        (400, INVALID, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
         ErrorKind.CONTEXT_LENGTH),
        (400, INVALID, "Request payload size exceeds the limit: 20971520 bytes.", ErrorKind.CONTEXT_LENGTH),
        (400, INVALID, "Function calling is not enabled for models/gemma-3", ErrorKind.UNSUPPORTED),
        (400, INVALID, "Unable to submit request because thinking_budget is out of range", ErrorKind.BAD_REQUEST),
        (404, "NOT_FOUND", "models/gemini-9 is not found for API version v1beta", ErrorKind.NOT_FOUND),
        (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.",
         ErrorKind.RATE_LIMIT),
        (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", ErrorKind.AUTH),
        (500, "INTERNAL", "An internal error has occurred.", ErrorKind.SERVER),
        (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", ErrorKind.OVERLOADED),
        (504, "DEADLINE_EXCEEDED", "The request timed out.", ErrorKind.TIMEOUT),
    ],
)  # fmt: skip
def test_kinds(status: int, name: str, message: str, kind: ErrorKind) -> None:
    error = failed(status, message, name)
    assert (error.kind, error.message, error.status, error.code) == (kind, message, status, name)


def test_a_key_is_refused_by_its_reason() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    assert failed(400, "Nope", details=details).kind is ErrorKind.AUTH


# B42
@pytest.mark.parametrize(
    ("message", "details", "headers", "wait"),
    [
        ("x", [{"@type": "…RetryInfo", "retryDelay": "48s"}], {}, 48),
        ("x", [{"retryDelay": "0.25s"}], {"retry-after": "9"}, 0.25),
        ("Please retry in 48.939935699s.", [], {}, 48.939935699),
        ("x", [], {"retry-after": "7"}, 7),
        ("x", [{"retryDelay": "soon"}], {}, None),
        ("x", [{"retryDelay": "99999999s"}], {}, 86_400),
    ],
)
def test_how_long_to_wait(message: str, details: Any, headers: Any, wait: float | None) -> None:
    assert failed(429, message, "RESOURCE_EXHAUSTED", details, headers).retry_after == wait


def test_the_field_at_fault_is_named() -> None:
    details = [{"@type": "…BadRequest", "fieldViolations": [{"field": "generation_config.top_k"}]}]
    assert failed(400, "x", details=details).param == "generation_config.top_k"


def test_an_array_of_errors() -> None:
    body = b'[{"error":{"code":429,"message":"Resource exhausted.","status":"RESOURCE_EXHAUSTED"}}]'
    assert adapter().error(429, {}, body).kind is ErrorKind.RATE_LIMIT


def test_recorded_errors() -> None:
    found = {
        one.status: adapter().error(one.status, one.headers, one.body) for one in everything() if one.status >= 400
    }
    assert found[404].kind is ErrorKind.NOT_FOUND
    assert (found[429].kind, found[429].retry_after) == (ErrorKind.RATE_LIMIT, 48)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([400, 404, 429, 500, 503, 200, 600]), ANYTHING)
def test_any_body_is_an_error(status: int, body: Any) -> None:
    for sent in (body, {"error": body}, [{"error": body}]):
        error = adapter().error(status, {}, repr(sent).encode() if status == 600 else orjson_or_empty(sent))
        assert error.message and error.kind in ErrorKind


def orjson_or_empty(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        return b""
