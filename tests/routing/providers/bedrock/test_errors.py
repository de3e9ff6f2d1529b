"""What Bedrock's errors mean."""

import json
from typing import Any

import orjson
import pytest

from routing.providers.bedrock.errors import HOUR, error_from_answer
from routing.wire.contract import ErrorKind
from tests.routing.providers.bedrock.exchanges import everything
from tests.upstream.cassettes import FULL, Cassette

REPORTED = FULL.parent / "errors_from_issues.jsonl"
RECORDED = [one for one in everything("converse", "converse-stream", "count-tokens", "invoke") if one.status >= 400]


def kind_of(status: int, code: str, message: str = "m", **fields: Any) -> ErrorKind:
    headers = {"x-amzn-errortype": f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return error_from_answer(status, headers, orjson.dumps({"message": message, **fields})).kind


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ValidationException", ErrorKind.BAD_REQUEST),
        (400, "ServiceQuotaExceededException", ErrorKind.RATE_LIMIT),
        (403, "AccessDeniedException", ErrorKind.AUTH),
        (403, "UnrecognizedClientException", ErrorKind.AUTH),
        (403, "ExpiredTokenException", ErrorKind.AUTH),
        (403, "InvalidSignatureException", ErrorKind.AUTH),
        (404, "ResourceNotFoundException", ErrorKind.NOT_FOUND),
        (408, "ModelTimeoutException", ErrorKind.TIMEOUT),
        (424, "ModelErrorException", ErrorKind.SERVER),
        (429, "ThrottlingException", ErrorKind.RATE_LIMIT),
        (429, "ModelNotReadyException", ErrorKind.OVERLOADED),
        (500, "InternalServerException", ErrorKind.SERVER),
        (503, "ServiceUnavailableException", ErrorKind.OVERLOADED),
        (400, "UnheardOfException", ErrorKind.BAD_REQUEST),
        (502, "", ErrorKind.SERVER),
        (429, "", ErrorKind.RATE_LIMIT),
    ],
)
def test_each_code_has_a_kind(status: int, code: str, kind: ErrorKind) -> None:
    assert kind_of(status, code) is kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Input is too long for requested model.", ErrorKind.CONTEXT_LENGTH),
        ("The model returned the following errors: prompt is too long: 9 tokens > 8 maximum", ErrorKind.CONTEXT_LENGTH),
        ("The provided model identifier is invalid.", ErrorKind.NOT_FOUND),
        ("This model doesn't support the video content block that you provided.", ErrorKind.UNSUPPORTED),
        ("Output blocked by content filtering policy", ErrorKind.CONTENT_FILTER),
        ("messages.0.content: Field required", ErrorKind.BAD_REQUEST),
    ],
)
def test_a_refused_request_says_why(message: str, kind: ErrorKind) -> None:
    assert kind_of(400, "ValidationException", message) is kind


def test_the_model_s_own_status_counts() -> None:
    assert kind_of(424, "ModelErrorException", originalStatusCode=529) is ErrorKind.OVERLOADED
    assert kind_of(424, "ModelErrorException", originalStatusCode=400) is ErrorKind.BAD_REQUEST
    assert kind_of(424, "ModelErrorException", originalStatusCode=500) is ErrorKind.SERVER


def test_a_good_key_without_the_model() -> None:
    message = "You don't have access to the model with the specified model ID."
    assert kind_of(403, "AccessDeniedException", message) is ErrorKind.NOT_FOUND


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({}, b'{"__type": "com.amazon.coral.validate#ValidationException", "Message": "x"}', "ValidationException"),
        ({}, b'{"code": "ValidationException", "message": "x"}', "ValidationException"),
        ({"x-amzn-errortype": "ThrottlingException"}, b"", "ThrottlingException"),
        ({}, b"<html>", None),
        ({}, b"[1]", None),
    ],
)
def test_where_the_code_stands(headers: dict[str, str], body: bytes, code: str | None) -> None:
    error = error_from_answer(400, headers, body)
    assert error.code == code
    assert error.message


# B42
def test_retry_after_passes() -> None:
    assert error_from_answer(429, {"retry-after": "7"}, b"{}").retry_after == 7


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: one.id)
def test_recorded_errors_keep_their_words(recorded: Cassette) -> None:
    error = error_from_answer(recorded.status, recorded.headers, recorded.body)
    assert error.message == recorded.json["message"]
    assert error.status == recorded.status
    unknown = "identifier is invalid" in error.message
    unsupported = "doesn't support" in error.message
    expected = {400: ErrorKind.BAD_REQUEST, 403: ErrorKind.AUTH}[recorded.status]
    assert error.kind is (ErrorKind.NOT_FOUND if unknown else ErrorKind.UNSUPPORTED if unsupported else expected)


@pytest.mark.skipif(not REPORTED.exists(), reason="the collection is not beside the repository")
def test_reported_errors() -> None:
    cases = [case for case in map(json.loads, REPORTED.read_text().splitlines()) if case["provider"] == "bedrock"]
    errors = [error_from_answer(case["status"], case["headers"], orjson.dumps(case["body"])) for case in cases]
    assert [(error.kind, error.retry_after) for error in errors] == [
        (ErrorKind.RATE_LIMIT, None),
        (ErrorKind.RATE_LIMIT, HOUR),
        (ErrorKind.CONTEXT_LENGTH, None),
        (ErrorKind.NOT_FOUND, None),
    ]
