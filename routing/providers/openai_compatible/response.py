"""OpenAI's whole answers."""

import orjson

from routing.wire.contract import ErrorKind, Json, UpstreamError

# Where the answer itself stands, by operation.
_ANSWER_FIELD = {"chat": "choices", "embeddings": "data"}


def parse(operation: str, body: bytes) -> Json:
    """A whole answer. Raises `UpstreamError` for what is no answer, though its status was 200."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    if not isinstance(data, dict) or not isinstance(data.get(_ANSWER_FIELD[operation]), list):
        raise UpstreamError(ErrorKind.SERVER, _error_in(data) or "The provider's answer holds no result.", 200)
    return data


def _error_in(data: object) -> str:
    """Some look-alikes send errors with status 200."""
    error = data.get("error") if isinstance(data, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""
