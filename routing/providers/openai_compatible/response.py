"""OpenAI's whole answers."""

from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.openai_errors import error_from_object

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
    """Some look-alikes send errors with status 200: under `error`, or as MiniMax in `base_resp`."""
    fields = data if isinstance(data, dict) else {}
    status = fields.get("base_resp")
    said = fields.get("error") or (status.get("status_msg") if isinstance(status, dict) else None)
    if said:
        return error_from_object(said, 200)
    return UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
