"""Errors as Anthropic words them. https://platform.claude.com/docs/en/api/errors"""

from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json
from routing.wire.failure import GatewayError

_TYPES = {
    401: "authentication_error", 402: "billing_error", 403: "permission_error", 404: "not_found_error",
    413: "request_too_large", 429: "rate_limit_error", 503: "overloaded_error", 504: "timeout_error",
    529: "overloaded_error",
}  # fmt: skip
# Anthropic's own number, on which its SDKs and Claude Code wait and try again.
STATUSES = {ErrorKind.OVERLOADED.value: 529}


def error(failure: GatewayError, request_id: str) -> Json:
    """The body of a failed answer. `code` and `param` are ours: Anthropic has no such fields."""
    kind = _TYPES.get(failure.status, "invalid_request_error" if failure.status < 500 else "api_error")
    fields = {"type": kind, "message": failure.message, "code": failure.code, "param": failure.param}
    return {"type": "error", "error": fields, "request_id": request_id}


def stream_error(failure: GatewayError, request_id: str) -> bytes:
    """The event that ends a stream; no `message_stop` follows it."""
    return b"event: error\ndata: " + json_text.write(error(failure, request_id)) + b"\n\n"
