"""What goes wrong, as the caller hears it.

GatewayError                 a request that ends without an answer
├── from the caller          400, 401, 403, 404, 405, 413, 415
└── from the providers       429, 502, 503, 504: `from_upstream`
"""

from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.failure import GatewayError

INTERNAL_ERROR = GatewayError(500, "internal_error", "The gateway failed. The request id names the log entry.")
_STATUS = {
    ErrorKind.RATE_LIMIT: 429, ErrorKind.OVERLOADED: 503, ErrorKind.SERVER: 502, ErrorKind.TIMEOUT: 504,
    ErrorKind.CONNECTION: 503, ErrorKind.TRUNCATED: 502, ErrorKind.AUTH: 502, ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONTEXT_LENGTH: 400, ErrorKind.CONTENT_FILTER: 400, ErrorKind.BAD_REQUEST: 400,
    ErrorKind.UNSUPPORTED: 400,
}  # fmt: skip


def from_upstream(error: UpstreamError, deployment: str) -> GatewayError:
    """What the caller hears when the last attempt failed so."""
    message = error.message
    if error.kind is ErrorKind.AUTH:  # providers quote the key in these, and it is not the caller's
        message = f"The provider refused the credentials of deployment '{deployment}'. Ask an administrator."
    status = error.status if error.kind is ErrorKind.BAD_REQUEST and error.status in (400, 422) else None
    code = error.code if error.kind is ErrorKind.BAD_REQUEST and error.code else error.kind.value
    return GatewayError(status or _STATUS[error.kind], code, message, error.param, error.retry_after)
