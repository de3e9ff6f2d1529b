"""What Anthropic's failed answers mean."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.anthropic.errors import error_from_body, error_from_event
from routing.wire.contract import ErrorKind
from tests.routing.providers.anthropic.exchanges import adapter, everything
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.upstream.cassettes import FULL

FROM_ISSUES = FULL.parent / "errors_from_issues.jsonl"


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (400, "invalid_request_error", "messages: at least one message is required", ErrorKind.BAD_REQUEST),
        (400, "invalid_request_error", "prompt is too long: 200251 tokens > 200000 maximum", ErrorKind.CONTEXT_LENGTH),
        (400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2",
         ErrorKind.CONTEXT_LENGTH),
        (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", ErrorKind.AUTH),
        (401, "authentication_error", "invalid x-api-key", ErrorKind.AUTH),
        (402, "billing_error", "Check your payment details.", ErrorKind.AUTH),
        (403, "permission_error", "Not allowed.", ErrorKind.AUTH),
        (404, "not_found_error", "model: claude-x", ErrorKind.NOT_FOUND),
        (413, "request_too_large", "Request exceeds the maximum size", ErrorKind.CONTEXT_LENGTH),
        (429, "rate_limit_error", "This request would exceed the rate limit", ErrorKind.RATE_LIMIT),
        (500, "api_error", "Internal server error", ErrorKind.SERVER),
        (500, "api_error", "Overloaded", ErrorKind.OVERLOADED),
        (504, "timeout_error", "Request timed out", ErrorKind.TIMEOUT),
        (529, "overloaded_error", "Overloaded", ErrorKind.OVERLOADED),
        (200, "rate_limit_error", "Slow down", ErrorKind.RATE_LIMIT),
    ],
)  # fmt: skip
def test_each_kind(status: int, kind: str, message: str, expected: ErrorKind) -> None:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    error = error_from_body(status, {"retry-after": "7"}, orjson.dumps(body))
    assert (error.kind, error.message, error.code, error.status) == (expected, message, kind, status)
    assert error.retry_after == 7


def test_recorded_errors_keep_their_words() -> None:
    expected = {401: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND}
    recorded = [one for one in everything() if one.status >= 400]
    assert recorded
    for one in recorded:
        error = adapter().error(one.status, {}, one.body)
        assert (error.kind, error.message) == (expected[one.status], one.json["error"]["message"])


@pytest.mark.skipif(not FROM_ISSUES.exists(), reason="the collection is not beside the repository")
def test_errors_from_issues() -> None:
    lines = [json.loads(line) for line in Path(FROM_ISSUES).read_text().splitlines()]
    cases = [line for line in lines if line["provider"] == "anthropic" and line["status"] != 200]
    kinds = {429: ErrorKind.RATE_LIMIT, 529: ErrorKind.OVERLOADED, 400: ErrorKind.CONTEXT_LENGTH}
    for case in cases:
        error = error_from_body(case["status"], case["headers"], orjson.dumps(case["body"]))
        assert error.kind in (kinds.get(case["status"]), ErrorKind.SERVER, ErrorKind.OVERLOADED), case
    assert len(cases) >= 6


@given(st.integers(200, 599), st.binary() | ANYTHING.map(orjson.dumps))
def test_any_body_has_a_kind_and_words(status: int, body: bytes) -> None:
    assert error_from_body(status, {}, body).message


@given(ANYTHING)
def test_any_error_event_has_words(event: object) -> None:
    assert error_from_event(event).message
