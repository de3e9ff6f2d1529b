"""How long a provider asks to wait: by `Retry-After`, in its message, or by when a limit is full again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan, nan

LONGEST_WAIT = 86_400.0  # seconds

_UNITS = {
    "ms": 0.001, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0,
    "hour": 3600.0, "d": 86_400.0, "day": 86_400.0,
}  # fmt: skip
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_PART = re.compile(rf"({_NUMBER})\s?(ms|seconds?|sec|s|minutes?|min|m|hours?|h|days?|d)(?![a-z])")
_DURATION = rf"(?:{_NUMBER}\s?(?:ms|seconds?|sec|s|minutes?|min|m|hours?|h|days?|d)(?![a-z])\s?){{1,4}}"
# "Please try again in 18.642s", "Please retry after 86400 seconds", "retry in 1m3.5s", "wait 20 seconds"
_ASKED = re.compile(rf"(?:try again|retry|wait)(?: in| after| for)? ({_DURATION})", re.IGNORECASE)
# The time until a used-up limit is full again; Azure's name has a dash more.
# https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
_RESETS = tuple(
    (f"{prefix}-reset-{what}", f"{prefix}-remaining-{what}")
    for prefix in ("x-ratelimit", "x-rate-limit")
    for what in ("requests", "tokens")
)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header, in either of its forms; None if there is none or it makes no sense.

    OpenAI's and Azure's `retry-after-ms` is more exact.
    """
    milliseconds, value = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    seconds = _number(milliseconds) / 1000 if milliseconds else _number(value)
    if isnan(seconds):
        seconds = _seconds_until(value)
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan


def _seconds_until(date: str) -> float:
    try:
        return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return nan


def wait_in_message(message: str) -> float | None:
    """Seconds that a message asks to wait; None if it asks for nothing."""
    asked = _ASKED.search(message)
    return _seconds(asked[1]) if asked else None


def wait_in_resets(headers: Mapping[str, str]) -> float | None:
    """Seconds until the limit that is used up is full again; None if no header says it."""
    told = [_seconds(headers.get(reset, "")) for reset, left in _RESETS if headers.get(left, "0") in ("0", "-1")]
    return max((seconds for seconds in told if seconds), default=None)


def _seconds(duration: str) -> float | None:
    """Of `1m3.5s`, `20 seconds`, `174ms`, or a bare number of seconds."""
    if re.fullmatch(_NUMBER, duration):
        seconds = float(duration)
        return seconds if seconds <= LONGEST_WAIT else None  # above it, it is a date
    seconds = sum(float(number) * _unit(name) for number, name in _PART.findall(duration.lower()))
    return min(seconds, LONGEST_WAIT) or None


def _unit(name: str) -> float:
    return _UNITS[name] if name in _UNITS else _UNITS[name.rstrip("s")]
