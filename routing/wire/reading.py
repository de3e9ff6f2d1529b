"""Reading JSON that may be anything: what is not of the expected shape is nothing."""

from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError


def object_in(value: Any) -> Json:
    """A dictionary, or an empty one instead of anything else."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Any) -> list[Json]:
    """The dictionaries of a list; none of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_in(value: Any) -> str:
    return value if isinstance(value, str) else ""


def answer_in(body: bytes) -> Json:
    """A whole answer. Raises `UpstreamError` for what is no JSON object."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    if not isinstance(data, dict):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is no JSON object.", 200)
    return data


def no_answer(what: str) -> UpstreamError:
    return UpstreamError(ErrorKind.SERVER, f"The provider's answer holds no {what}.", 200)


def written(body: Json) -> bytes:
    """The bytes of a request. Raises `UpstreamError` (BAD_REQUEST) for what is nested too deeply to write."""
    try:
        return json_text.write(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None


def refused(message: str, param: str) -> UpstreamError:
    """This provider cannot be told so; another may."""
    return UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param=param)
