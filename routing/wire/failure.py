"""A request that ends without an answer, in words that are the same in every dialect."""

from dataclasses import dataclass


@dataclass(eq=False)
class GatewayError(Exception):
    """What the caller is told. ``code`` is stable; ``message`` holds no secret; ``param`` names the field at fault."""

    status: int
    code: str
    message: str
    param: str | None = None
    retry_after: float | None = None  # seconds


def bad_request(message: str, param: str | None = None, code: str = "invalid_request_error") -> GatewayError:
    """The request cannot be served as it is."""
    return GatewayError(400, code, message, param)
