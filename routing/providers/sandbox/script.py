"""What a request asks of the sandbox: its body field `sandbox`."""

from dataclasses import dataclass
from typing import Any

from routing.wire.contract import ErrorKind, Json, UpstreamError


@dataclass(frozen=True, slots=True)
class Script:
    """How to answer. Times are milliseconds."""

    latency: float = 0  # before the first byte
    chunk_delay: float = 0  # between chunks of a stream
    status: int = 200
    retry_after: float | None = None  # seconds, sent with a failed status
    error_message: str = "The sandbox was asked to fail."
    error_code: str | None = None
    text: str | None = None  # None: an echo of the last user message
    tool_calls: tuple[Json, ...] = ()  # each with name and arguments
    input_tokens: int | None = None  # None: counted
    output_tokens: int | None = None
    usage: bool = True  # False: the answer says nothing of usage
    cut_after: int | None = None  # the stream breaks off after so many chunks


def read_script(body: Json) -> Script:
    """The script in a request. Raises `UpstreamError` (BAD_REQUEST) for fields that it does not know or cannot be."""
    raw = body.get("sandbox") or {}
    if not isinstance(raw, dict):
        raise _bad("must be an object", "sandbox")
    values = {name: _checked(name, value) for name, value in raw.items()}
    return Script(**values)


def _checked(name: str, value: Any) -> Any:
    if name not in _TYPES:
        raise _bad(f"unknown field; known: {', '.join(sorted(_TYPES))}", f"sandbox.{name}")
    if not isinstance(value, _TYPES[name]) or isinstance(value, bool) != (name == "usage"):
        raise _bad("has the wrong type", f"sandbox.{name}")
    if name == "tool_calls":
        return tuple(call for call in value if isinstance(call, dict))
    if isinstance(value, int | float) and not 0 <= value <= 3_600_000:
        raise _bad("must be between 0 and 3,600,000", f"sandbox.{name}")
    if name == "status" and not 200 <= value <= 599:
        raise _bad("must be between 200 and 599", "sandbox.status")
    return value


def _bad(what: str, param: str) -> UpstreamError:
    return UpstreamError(ErrorKind.BAD_REQUEST, f"{param} {what}.", 400, param=param)


_NUMBER = (int, float)
_TYPES: dict[str, Any] = {
    "latency": _NUMBER, "chunk_delay": _NUMBER, "status": int, "retry_after": _NUMBER, "error_message": str,
    "error_code": str, "text": str, "tool_calls": list, "input_tokens": int, "output_tokens": int, "usage": bool,
    "cut_after": int,
}  # fmt: skip
