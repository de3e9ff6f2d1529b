"""Bedrock's errors → an `UpstreamError` with a kind.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

import re
from collections.abc import Mapping
from typing import Any

from routing.wire import json_text
from routing.wire.contract import ErrorKind, UpstreamError
from routing.wire.reading import object_in, text_in
from routing.wire.waits import retry_after

_BY_CODE = {
    "AccessDeniedException": ErrorKind.AUTH, "ExpiredTokenException": ErrorKind.AUTH, "ExpiredToken": ErrorKind.AUTH,
    "IncompleteSignature": ErrorKind.AUTH, "IncompleteSignatureException": ErrorKind.AUTH,
    "InvalidClientTokenId": ErrorKind.AUTH, "InvalidSignatureException": ErrorKind.AUTH,
    "MissingAuthenticationTokenException": ErrorKind.AUTH, "NotAuthorized": ErrorKind.AUTH,
    "OptInRequired": ErrorKind.AUTH, "RequestExpired": ErrorKind.AUTH, "SignatureDoesNotMatch": ErrorKind.AUTH,
    "UnrecognizedClientException": ErrorKind.AUTH,
    "ThrottlingException": ErrorKind.RATE_LIMIT, "TooManyRequestsException": ErrorKind.RATE_LIMIT,
    "ServiceQuotaExceededException": ErrorKind.RATE_LIMIT,
    "ModelNotReadyException": ErrorKind.OVERLOADED, "ServiceUnavailableException": ErrorKind.OVERLOADED,
    "ServiceUnavailable": ErrorKind.OVERLOADED,
    "InternalServerException": ErrorKind.SERVER, "InternalFailure": ErrorKind.SERVER,
    "ModelErrorException": ErrorKind.SERVER, "ModelStreamErrorException": ErrorKind.SERVER,
    "ModelTimeoutException": ErrorKind.TIMEOUT, "ResourceNotFoundException": ErrorKind.NOT_FOUND,
    "ValidationException": ErrorKind.BAD_REQUEST, "ConflictException": ErrorKind.BAD_REQUEST,
}  # fmt: skip
_BY_STATUS = {
    401: ErrorKind.AUTH, 403: ErrorKind.AUTH, 404: ErrorKind.NOT_FOUND, 408: ErrorKind.TIMEOUT,
    413: ErrorKind.CONTEXT_LENGTH, 424: ErrorKind.SERVER, 429: ErrorKind.RATE_LIMIT, 503: ErrorKind.OVERLOADED,
    504: ErrorKind.TIMEOUT, 529: ErrorKind.OVERLOADED,
}  # fmt: skip
# What a refused request says about itself: the same code stands for all of these.
_BY_MESSAGE = [
    (re.compile(r"(?i)(input|prompt|request|content) (is|was) too (long|large)|too (long|large) for (requested )?model"
                r"|too many (input )?tokens|maximum (context|input)|context (length|window|size)|exceeds? the maximum"
                r"|input (length|tokens?) .*exceed|Max(imum)? input|reduce the (length|number)"),
     ErrorKind.CONTEXT_LENGTH),
    (re.compile(r"(?i)model identifier is invalid|on-demand throughput|invalid model id|model (id )?.*not (found|exist)"
                r"|end of its life|legacy model|not (available|supported) in this region"),
     ErrorKind.NOT_FOUND),
    (re.compile(r"(?i)content filter|blocked by.*(guardrail|policy)|responsible AI|content policy"),
     ErrorKind.CONTENT_FILTER),
    (re.compile(r"(?i)doesn.t support|does not support|(is|are) not supported|(isn|aren).t supported|unsupported"),
     ErrorKind.UNSUPPORTED),
]  # fmt: skip
_NO_ACCESS = re.compile(r"(?i)access to the model|access is denied.*model|model access")
_DAILY = re.compile(r"(?i)tokens per day")
HOUR = 3600.0  # seconds


def error_from_answer(status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
    """What a failed HTTP answer means. Its code is in a header, or in the body."""
    try:
        fields = object_in(json_text.read(body))
    except json_text.InvalidJson:
        fields = {}
    fields = object_in(fields.get("error")) or fields  # Claude's own, passed on
    code = headers.get("x-amzn-errortype") or fields.get("__type") or fields.get("code") or fields.get("type")
    return error_of(_code(code), fields, status, retry_after(headers))


def error_of(code: str, fields: Mapping[str, Any], status: int = 200, wait: float | None = None) -> UpstreamError:
    """The same from its parts; inside a stream the status is 200."""
    message = next(
        (text for name in ("message", "Message", "originalMessage") if (text := text_in(fields.get(name)))), ""
    )
    kind = _kind(code, status, fields, message)
    if kind is ErrorKind.RATE_LIMIT and wait is None and _DAILY.search(message):
        wait = HOUR  # no use in trying again at once
    told = message or f"The provider answered with {code or f'status {status}'}."
    return UpstreamError(kind, told, status, wait, code or None)


def _code(value: Any) -> str:
    """`com.amazon.coral#Name` and `Name:http://…` are Name."""
    return text_in(value).partition(":")[0].rpartition("#")[2].strip()


def _kind(code: str, status: int, fields: Mapping[str, Any], message: str) -> ErrorKind:
    kind = _BY_CODE.get(code[:1].upper() + code[1:]) or _BY_STATUS.get(status)
    original = fields.get("originalStatusCode")  # of the model's own server, behind Bedrock
    if kind is ErrorKind.SERVER and isinstance(original, int) and original != status:
        kind = _BY_STATUS.get(original, ErrorKind.BAD_REQUEST if 400 <= original < 500 else kind)
    if kind is ErrorKind.AUTH and _NO_ACCESS.search(message):
        return ErrorKind.NOT_FOUND  # the key is good, for other models
    if kind is None:
        kind = ErrorKind.BAD_REQUEST if 400 <= status < 500 else ErrorKind.SERVER
    if kind is ErrorKind.BAD_REQUEST:
        return next((meant for pattern, meant in _BY_MESSAGE if pattern.search(message)), kind)
    return kind
