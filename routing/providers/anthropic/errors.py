"""Anthropic's errors → an `UpstreamError` with a kind. https://platform.claude.com/docs/en/api/errors"""

import re
from collections.abc import Mapping
from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.openai_errors import error_from_object
from routing.wire.waits import retry_after

_BY_TYPE = {
    "authentication_error": ErrorKind.AUTH, "permission_error": ErrorKind.AUTH, "billing_error": ErrorKind.AUTH,
    "not_found_error": ErrorKind.NOT_FOUND, "request_too_large": ErrorKind.CONTEXT_LENGTH,
    "rate_limit_error": ErrorKind.RATE_LIMIT, "timeout_error": ErrorKind.TIMEOUT,
    "overloaded_error": ErrorKind.OVERLOADED,
}  # fmt: skip
# Said with 400, though another account would do.
_NO_CREDIT = re.compile(r"credit balance is too low|usage limits", re.IGNORECASE)
_TOO_LONG = re.compile(r"input length and .max_tokens. exceed context limit", re.IGNORECASE)
_OVERLOADED = re.compile(r"^overloaded", re.IGNORECASE)


def error_from_body(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
    """What a failed HTTP answer means."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        data = None
    return error_from_event(data, status, retry_after(headers))


def error_from_event(data: Any, status: int = 200, wait: float | None = None) -> UpstreamError:
    """What an `error` object means, of a body or an event. What has no kind of Anthropic's is read as OpenAI's."""
    fields = data.get("error", data) if isinstance(data, dict) else None
    error = error_from_object(fields, status, wait)
    kind = _BY_TYPE.get(error.code or "")
    if _NO_CREDIT.search(error.message):
        kind = ErrorKind.AUTH
    elif _TOO_LONG.search(error.message):
        kind = ErrorKind.CONTEXT_LENGTH
    elif kind is None and _OVERLOADED.match(error.message):
        kind = ErrorKind.OVERLOADED
    error.kind = kind or error.kind
    return error
