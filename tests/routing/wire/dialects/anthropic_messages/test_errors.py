"""Errors in Anthropic's words, as its SDK raises them."""

import anthropic
import orjson
import pytest

from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.failure import GatewayError
from tests.routing.wire.dialects.anthropic_messages.sdk import ASKED, client, streamed


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (401, "authentication_error", anthropic.AuthenticationError),
        (402, "billing_error", anthropic.APIStatusError),
        (403, "permission_error", anthropic.PermissionDeniedError),
        (404, "not_found_error", anthropic.NotFoundError),
        (413, "request_too_large", anthropic.RequestTooLargeError),
        (422, "invalid_request_error", anthropic.UnprocessableEntityError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (500, "api_error", anthropic.InternalServerError),
        (502, "api_error", anthropic.InternalServerError),
        (503, "overloaded_error", anthropic.ServiceUnavailableError),
        (504, "timeout_error", anthropic.DeadlineExceededError),
    ],
)
def test_the_sdk_raises_what_it_means(status: int, kind: str, raised: type[Exception]) -> None:
    body = ANTHROPIC_MESSAGES.error(GatewayError(status, "our_code", "Sorry.", "model"), "req_1")
    assert body["error"]["type"] == kind
    assert (body["type"], body["request_id"]) == ("error", "req_1")
    with pytest.raises(raised, match="Sorry"):
        client(orjson.dumps(body), status).messages.create(**ASKED)


def test_the_sdk_raises_where_a_stream_ends_in_an_error() -> None:
    event = ANTHROPIC_MESSAGES.stream_error(GatewayError(503, "overloaded", "Busy."), "req_1")
    name, data = event.strip().split(b"\n")
    assert name == b"event: error"
    assert orjson.loads(data.removeprefix(b"data: "))["error"]["message"] == "Busy."
    with pytest.raises(anthropic.APIStatusError, match="Busy"):
        streamed(event)
