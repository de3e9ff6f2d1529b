"""Errors as Google words them. https://google.aip.dev/193"""

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.failure import GatewayError
from routing.wire.sse import encode

_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 402: "FAILED_PRECONDITION", 403: "PERMISSION_DENIED",
    404: "NOT_FOUND", 405: "UNIMPLEMENTED", 409: "ABORTED", 429: "RESOURCE_EXHAUSTED", 499: "CANCELLED",
    500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
_TYPE = "type.googleapis.com/google.rpc."
_DOMAIN = "gateway"


def error(failure: GatewayError, request_id: str) -> Json:
    """The body of a failed answer."""
    status = _STATUS.get(failure.status, "INVALID_ARGUMENT" if failure.status < 500 else "INTERNAL")
    reason = {"reason": failure.code.upper(), "domain": _DOMAIN, "metadata": {"requestId": request_id}}
    details: list[Json] = [{"@type": f"{_TYPE}ErrorInfo", **reason}]
    if failure.param:
        violation = {"field": failure.param, "description": failure.message}
        details.append({"@type": f"{_TYPE}BadRequest", "fieldViolations": [violation]})
    if failure.retry_after is not None:
        details.append({"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{failure.retry_after:g}s"})
    return {"error": {"code": failure.status, "message": failure.message, "status": status, "details": details}}


def stream_error(failure: GatewayError, request_id: str) -> bytes:
    """The event that ends a stream."""
    return encode(json_text.write(error(failure, request_id)))


def array_error(failure: GatewayError, request_id: str) -> bytes:
    """The element that ends an array."""
    return b",\r\n" + json_text.write(error(failure, request_id)) + b"]"
