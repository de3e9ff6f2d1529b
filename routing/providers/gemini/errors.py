"""What Google's errors mean. https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193"""

import re
from collections.abc import Mapping
from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.gemini import dicts
from routing.wire.waits import LONGEST_WAIT, retry_after

_BY_STATUS = {
    "UNAUTHENTICATED": ErrorKind.AUTH, "PERMISSION_DENIED": ErrorKind.AUTH, "NOT_FOUND": ErrorKind.NOT_FOUND,
    "RESOURCE_EXHAUSTED": ErrorKind.RATE_LIMIT, "UNAVAILABLE": ErrorKind.OVERLOADED, "INTERNAL": ErrorKind.SERVER,
    "DEADLINE_EXCEEDED": ErrorKind.TIMEOUT, "UNKNOWN": ErrorKind.SERVER, "DATA_LOSS": ErrorKind.SERVER,
    "ABORTED": ErrorKind.OVERLOADED, "CANCELLED": ErrorKind.SERVER, "UNIMPLEMENTED": ErrorKind.UNSUPPORTED,
    "INVALID_ARGUMENT": ErrorKind.BAD_REQUEST, "OUT_OF_RANGE": ErrorKind.BAD_REQUEST,
    "FAILED_PRECONDITION": ErrorKind.BAD_REQUEST,
}  # fmt: skip
_BY_CODE = {
    401: ErrorKind.AUTH, 402: ErrorKind.AUTH, 403: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND, 408: ErrorKind.TIMEOUT,
    413: ErrorKind.CONTEXT_LENGTH, 429: ErrorKind.RATE_LIMIT, 499: ErrorKind.SERVER, 501: ErrorKind.UNSUPPORTED,
    503: ErrorKind.OVERLOADED, 504: ErrorKind.TIMEOUT, 529: ErrorKind.OVERLOADED,
}  # fmt: skip
# Google has few words for many causes; these are told in the message alone.
_BY_MESSAGE = (
    (ErrorKind.AUTH, r"API[ _]key (not valid|not found|expired)|API_KEY_INVALID|pass a valid API key"
                     r"|credits? (are|is) depleted|enable billing|billing (account|to be enabled)"),
    (ErrorKind.CONTEXT_LENGTH, r"token count .{0,40}exceeds|exceeds? the maximum (number of )?(input )?tokens"
                               r"|maximum number of tokens allowed|payload size exceeds|context (length|window)"
                               r"|input is too long"),
    (ErrorKind.CONTENT_FILTER, r"prompt (was|is) blocked|blocked by .{0,40}(safety|polic)|Responsible AI"
                               r"|violat\w+ .{0,60}polic"),
    (ErrorKind.UNSUPPORTED, r"is not (enabled|supported|available) (for|by|in|on|with)|not supported for the API use"
                            r"|does not support|only supports? "),
)  # fmt: skip
_ABOUT_REQUEST = (ErrorKind.BAD_REQUEST, ErrorKind.AUTH, ErrorKind.RATE_LIMIT)
_MATCHERS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _BY_MESSAGE]
_OWN_CACHE = re.compile(r"CachedContent not found", re.IGNORECASE)
_WAIT = re.compile(r"retry in (\d+(?:\.\d+)?)\s*s", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


def error_from_body(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
    """What a failed HTTP answer means. A body that is not Google's gives its kind by status alone."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    if isinstance(data, list) and data:  # of a stream that was to be an array
        data = data[0]
    error = data.get("error") if isinstance(data, dict) else None
    failure = error_from_object(error, status)
    if failure.retry_after is None:
        failure.retry_after = retry_after(headers)
    return failure


def error_from_object(error: Any, status: int) -> UpstreamError:
    """What an `error` object means: code, message, status and details."""
    fields: Json = error if isinstance(error, dict) else {"message": error}
    message = fields.get("message") if isinstance(fields.get("message"), str) else ""
    code, name = fields.get("code"), fields.get("status")
    number = status if status != 200 or type(code) is not int else code
    details = dicts(fields.get("details"))
    kind = _kind(number, name, str(message), details)
    return UpstreamError(
        kind,
        str(message) or f"The provider answered with status {number}.",
        number,
        _wait(details, str(message)),
        name if isinstance(name, str) and name else None,
        _field(details),
    )


def _kind(number: int, name: Any, message: str, details: list[Json]) -> ErrorKind:
    general = _BY_CODE.get(number) or (_BY_STATUS.get(name) if isinstance(name, str) else None)
    if general is None:
        general = ErrorKind.BAD_REQUEST if 400 <= number < 500 else ErrorKind.SERVER
    if any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return ErrorKind.AUTH
    if _OWN_CACHE.search(message):  # 403, but it is the caller's name for it that is wrong
        return ErrorKind.BAD_REQUEST
    if general is ErrorKind.RATE_LIMIT:  # speaks of billing in every message
        return ErrorKind.AUTH if "depleted" in message else general
    if general is ErrorKind.BAD_REQUEST:
        return next((kind for kind, matcher in _MATCHERS if matcher.search(message)), general)
    return general


def _wait(details: list[Json], message: str) -> float | None:
    """Seconds of `RetryInfo`, else as the message tells them. https://google.aip.dev/194"""
    for detail in details:
        found = _SECONDS.fullmatch(str(detail.get("retryDelay") or ""))
        if found:
            return min(float(found[1]), LONGEST_WAIT)
    found = _WAIT.search(message)
    return min(float(found[1]), LONGEST_WAIT) if found else None


def _field(details: list[Json]) -> str | None:
    """The field at fault, as `BadRequest` names it."""
    for detail in details:
        for violation in dicts(detail.get("fieldViolations")):
            if isinstance(violation.get("field"), str) and violation["field"]:
                return str(violation["field"])
    return None
