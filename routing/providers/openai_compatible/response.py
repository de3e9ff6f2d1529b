"""OpenAI's whole answers."""

from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError

# Where the answer itself stands, by operation.
_ANSWER_FIELD = {"chat": "choices", "embeddings": "data", "moderations": "results"}


def parse(operation: str, body: bytes) -> Json:
    """A whole answer. Raises `UpstreamError` for what is no answer, though its status was 200."""
    data = object_in(body)
    if not isinstance(data.get(_ANSWER_FIELD[operation]), list):
        raise _no_result(data)
    return data


def object_in(body: bytes) -> Json:
    """A JSON object without an error alone in it. Raises `UpstreamError`."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    if not isinstance(data, dict) or data.keys() == {"error"}:
        raise _no_result(data)
    return data


def _no_result(data: object) -> UpstreamError:
    return UpstreamError(ErrorKind.SERVER, _error_in(data) or "The provider's answer holds no result.", 200)


def _error_in(data: object) -> str:
    """Some look-alikes send errors with status 200."""
    error = data.get("error") if isinstance(data, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""
