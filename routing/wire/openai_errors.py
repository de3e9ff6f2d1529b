"""OpenAI-shaped error bodies → an `UpstreamError` with a kind.

https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, UpstreamError

_BY_STATUS = {
    401: ErrorKind.AUTH, 402: ErrorKind.AUTH, 403: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND,
    405: ErrorKind.SERVER, 408: ErrorKind.TIMEOUT, 410: ErrorKind.NOT_FOUND, 413: ErrorKind.CONTEXT_LENGTH,
    429: ErrorKind.RATE_LIMIT, 498: ErrorKind.OVERLOADED, 503: ErrorKind.OVERLOADED, 504: ErrorKind.TIMEOUT,
    529: ErrorKind.OVERLOADED,
}  # fmt: skip
_BY_CODE = {
    "context_length_exceeded": ErrorKind.CONTEXT_LENGTH, "string_above_max_length": ErrorKind.CONTEXT_LENGTH,
    "content_filter": ErrorKind.CONTENT_FILTER, "content_policy_violation": ErrorKind.CONTENT_FILTER,
    "insufficient_quota": ErrorKind.AUTH, "invalid_api_key": ErrorKind.AUTH,
    "rate_limit_exceeded": ErrorKind.RATE_LIMIT, "model_not_found": ErrorKind.NOT_FOUND,
    "server_error": ErrorKind.SERVER, "overloaded_error": ErrorKind.OVERLOADED,
    "rate_limit_error": ErrorKind.RATE_LIMIT, "invalid_request_error": ErrorKind.BAD_REQUEST,
}  # fmt: skip
_CONTEXT_LENGTH = re.compile(
    r"context (length|window|size)|maximum context|too many (input )?tokens|prompt is too long"
    r"|exceeds? the (available )?context|input (length|is too long)|reduce the length",
    re.IGNORECASE,
)
# OpenAI calls it a rate limit, but waiting does not help: one request above the tokens a minute.
_NEVER_FITS = "Request too large"
LONGEST_WAIT = 86_400.0  # seconds


def error_from_body(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
    """What a failed HTTP answer means. Bodies that are no JSON give their kind by status alone."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    if isinstance(data, list) and data:  # Google's way
        data = data[0]
    error = data.get("error", data) if isinstance(data, dict) else None
    return error_from_object(error, status, retry_after(headers))


def error_from_object(error: Any, status: int, wait: float | None = None) -> UpstreamError:
    """What an `error` object means: a dictionary with message, type, code and param, or just a message."""
    fields = error if isinstance(error, dict) else {"message": error}
    message = str(fields.get("message") or fields.get("detail") or "")
    code, param = _name(fields.get("code") or fields.get("type")), _name(fields.get("param"))
    kind = _kind(status, fields, message)
    if not message:
        message = f"The provider answered with status {status}."
    return UpstreamError(kind, message, status, wait, code, param)


def _name(value: Any) -> str | None:
    return str(value) if value else None


def _kind(status: int, fields: dict[str, Any], message: str) -> ErrorKind:
    if message.startswith(_NEVER_FITS):
        return ErrorKind.CONTEXT_LENGTH
    named = _BY_CODE.get(str(fields.get("code"))) or _BY_CODE.get(str(fields.get("type")))
    if named not in (None, ErrorKind.BAD_REQUEST):
        return named
    if status in (400, 413, 422, 200) and _CONTEXT_LENGTH.search(message):
        return ErrorKind.CONTEXT_LENGTH
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 200:  # an error event inside a stream; its code may be an HTTP status
        code = str(fields.get("code"))
        return _kind(int(code), {}, message) if re.fullmatch(r"[45]\d\d", code) else named or ErrorKind.SERVER
    return ErrorKind.BAD_REQUEST if 400 <= status < 500 else ErrorKind.SERVER


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header, in either of its forms; None if there is none or it makes no sense."""
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None
