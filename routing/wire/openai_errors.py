"""OpenAI-shaped error bodies → an `UpstreamError` with a kind.

https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Mapping
from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.waits import retry_after, wait_in_message, wait_in_resets

_BY_STATUS = {
    401: ErrorKind.AUTH, 402: ErrorKind.AUTH, 403: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND,
    405: ErrorKind.SERVER, 408: ErrorKind.TIMEOUT, 410: ErrorKind.NOT_FOUND, 413: ErrorKind.CONTEXT_LENGTH,
    429: ErrorKind.RATE_LIMIT, 498: ErrorKind.OVERLOADED, 503: ErrorKind.OVERLOADED, 504: ErrorKind.TIMEOUT,
    529: ErrorKind.OVERLOADED,
}  # fmt: skip
_BY_CODE = {
    "context_length_exceeded": ErrorKind.CONTEXT_LENGTH, "string_above_max_length": ErrorKind.CONTEXT_LENGTH,
    "too_many_prompt_tokens": ErrorKind.CONTEXT_LENGTH,
    "content_filter": ErrorKind.CONTENT_FILTER, "content_policy_violation": ErrorKind.CONTENT_FILTER,
    "responsibleaipolicyviolation": ErrorKind.CONTENT_FILTER, "content_management_policy": ErrorKind.CONTENT_FILTER,
    "data_inspection_failed": ErrorKind.CONTENT_FILTER, "datainspectionfailed": ErrorKind.CONTENT_FILTER,
    "insufficient_quota": ErrorKind.AUTH, "invalid_api_key": ErrorKind.AUTH, "arrearage": ErrorKind.AUTH,
    "exceeded_current_quota_error": ErrorKind.AUTH, "insufficient_user_quota": ErrorKind.AUTH,
    "rate_limit_exceeded": ErrorKind.RATE_LIMIT, "rate_limit_error": ErrorKind.RATE_LIMIT,
    "request_limit_exceeded": ErrorKind.RATE_LIMIT,
    "model_not_found": ErrorKind.NOT_FOUND, "unknown_model": ErrorKind.NOT_FOUND,
    "deploymentnotfound": ErrorKind.NOT_FOUND,
    "server_error": ErrorKind.SERVER, "overloaded_error": ErrorKind.OVERLOADED,
    "engine_overloaded_error": ErrorKind.OVERLOADED, "invalid_request_error": ErrorKind.BAD_REQUEST,
}  # fmt: skip
_CONTEXT_LENGTH = re.compile(
    r"context (length|window|size)|maximum context|too many (input )?tokens|prompt is too long"
    r"|exceeds? the (available )?context|input (length|is too long)|reduce the length"
    r"|length of all messages is too long|max(imum)?_?( )?(model_len|sequence length)",
    re.IGNORECASE,
)
# What some say with a status that stands for something else.
_BY_MESSAGE = (
    (re.compile(r"(incorrect|invalid) api key|api key (is )?(invalid|not valid)", re.IGNORECASE), ErrorKind.AUTH),
    (re.compile(r"insufficient (account )?(balance|credits?|funds)|credit balance is too low|please recharge",
                re.IGNORECASE), ErrorKind.AUTH),
    (re.compile(r"content exists risk|content management policy|flagged by .*(moderation|safety)", re.IGNORECASE),
     ErrorKind.CONTENT_FILTER),
    (re.compile(r"^(the |unknown )?model:? .{1,200}(does not exist|not found|is not supported\.|not available)",
                re.IGNORECASE), ErrorKind.NOT_FOUND),
    (re.compile(r"^overloaded|(server|model|engine|service) is (currently |temporarily )?(overloaded|busy|at capacity)",
                re.IGNORECASE), ErrorKind.OVERLOADED),
)  # fmt: skip
# OpenAI calls it a rate limit, but waiting does not help: one request above the tokens a minute.
_NEVER_FITS = "Request too large"
LONGEST_QUOTE = 2000  # characters of what another provider said


def error_from_body(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
    """What a failed HTTP answer means. Bodies that are no JSON give their kind by status alone."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    error = error_from_object(_error_in(data), status)
    error.retry_after = retry_after(headers)
    if error.retry_after is None and error.kind in (ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED):
        error.retry_after = wait_in_message(error.message) or wait_in_resets(headers)
    return error


def _error_in(data: Any) -> Any:
    """The error of a body: under `error`, the first of `errors`, or the body itself."""
    if isinstance(data, list) and data:  # Google's way
        data = data[0]
    if not isinstance(data, dict):
        return None
    errors = data.get("errors")
    if isinstance(errors, list) and errors and "error" not in data:  # Cloudflare's
        return errors[0]
    error = data.get("error", data)
    return {**data, "message": error} if isinstance(error, str) else error  # xAI has its code beside


def error_from_object(error: Any, status: int, wait: float | None = None) -> UpstreamError:
    """What an `error` object means: a dictionary with message, type, code and param, or just a message."""
    fields = error if isinstance(error, dict) else {"message": error}
    message = _words(fields.get("message") or fields.get("detail") or fields.get("title"))
    message += _quoted(fields)
    code = _name(fields.get("code") or fields.get("error_code") or fields.get("type"))
    kind = _kind(status, fields, message)
    if not message:
        message = f"The provider answered with status {status}."
    return UpstreamError(kind, message, status, wait, code, _name(fields.get("param")))


def _words(value: Any, depth: int = 3) -> str:
    """A message, also of those who validate: lists of {loc, msg}, and such lists inside of an object."""
    if isinstance(value, str | int | float):
        return "" if value is False else str(value)
    if isinstance(value, list) and depth:
        return "; ".join(filter(None, (_words(one, depth - 1) for one in value)))
    if not isinstance(value, dict) or not depth:
        return ""
    place, told = value.get("loc"), value.get("msg") or value.get("detail") or value.get("message")
    words = _words(told, depth - 1)
    if not words:
        return _as_json(value)
    return f"{'.'.join(_words(part) for part in place)}: {words}" if isinstance(place, list) else words


def _as_json(value: Any) -> str:
    try:
        return json_text.write(value).decode()
    except json_text.InvalidJson:
        return ""


def _quoted(fields: Mapping[str, Any]) -> str:
    """What a gateway says that the provider behind it said. https://openrouter.ai/docs/api-reference/errors"""
    metadata = fields.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    return f" ({raw[:LONGEST_QUOTE]})" if isinstance(raw, str) and raw else ""


def _name(value: Any) -> str | None:
    return str(value) if value and isinstance(value, str | int) else None


def _names(fields: Mapping[str, Any]) -> list[str]:
    """Whatever says what it is, the most telling first: Azure's `innererror` knows more than its `code`."""
    inner = fields.get("innererror")
    inner = inner if isinstance(inner, dict) else {}
    told = (inner.get("code"), fields.get("code"), fields.get("error_code"), fields.get("type"))
    return [name.lower() for name in told if isinstance(name, str)]


def _kind(status: int, fields: Mapping[str, Any], message: str) -> ErrorKind:
    if message.startswith(_NEVER_FITS):
        return ErrorKind.CONTEXT_LENGTH
    named = next((_BY_CODE[name] for name in _names(fields) if name in _BY_CODE), None)
    if named not in (None, ErrorKind.BAD_REQUEST):
        return named
    if status in (400, 413, 422, 200) and _CONTEXT_LENGTH.search(message):
        return ErrorKind.CONTEXT_LENGTH
    if status not in (401, 403, 404) and (meant := _meant(message)):
        return meant
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 200:  # an error event inside a stream; its code may be an HTTP status
        code = _name(fields.get("code")) or ""
        return _kind(int(code), {}, message) if re.fullmatch(r"[45]\d\d", code) else named or ErrorKind.SERVER
    return ErrorKind.BAD_REQUEST if 400 <= status < 500 else ErrorKind.SERVER


def _meant(message: str) -> ErrorKind | None:
    return next((kind for words, kind in _BY_MESSAGE if words.search(message)), None)
