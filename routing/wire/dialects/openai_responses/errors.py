"""Errors as OpenAI words them, and the event that ends a stream.

https://platform.openai.com/docs/api-reference/responses-streaming/error
"""

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.dialects.openai_chat.errors import error
from routing.wire.failure import GatewayError

__all__ = ["error", "stream_error"]


def stream_error(failure: GatewayError, request_id: str) -> bytes:
    """The event that ends a stream. Clients look for `error` as well as for the event's own fields."""
    told: Json = error(failure, request_id)
    event = {"type": "error", "code": failure.code, "message": failure.message, "param": failure.param}
    return b"event: error\ndata: " + json_text.write({**event, "sequence_number": 0, **told}) + b"\n\n"
