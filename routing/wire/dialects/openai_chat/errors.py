"""Errors as OpenAI words them. https://platform.openai.com/docs/guides/error-codes"""

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.failure import GatewayError
from routing.wire.sse import encode

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def error(failure: GatewayError, request_id: str) -> Json:
    """The body of a failed answer."""
    kind = _TYPES.get(failure.status, "invalid_request_error" if failure.status < 500 else "api_error")
    fields = {"message": failure.message, "type": kind, "param": failure.param, "code": failure.code}
    return {"error": {**fields, "request_id": request_id}}


def stream_error(failure: GatewayError, request_id: str) -> bytes:
    """The event that ends a stream; no terminal marker follows it."""
    return encode(json_text.write(error(failure, request_id)))
