"""How long providers ask to wait, in their several ways."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.openai_errors import error_from_body
from routing.wire.waits import LONGEST_WAIT, retry_after, wait_in_message, wait_in_resets


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("1.5", 1.5), ("86400", 86400), ("1e99", LONGEST_WAIT), ("inf", LONGEST_WAIT), ("-1", None),
     ("nan", None), ("soon", None), ("", None)],
)  # fmt: skip
def test_retry_after_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_retry_after_in_milliseconds_is_more_exact() -> None:
    assert retry_after({"retry-after": "2", "retry-after-ms": "1250"}) == 1.25
    assert retry_after({"retry-after": "2", "retry-after-ms": "soon"}) is None
    assert retry_after({"retry-after-ms": "250"}) == 0.25


def test_retry_after_as_a_date() -> None:
    later, earlier = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (2, -2))
    assert retry_after({"retry-after": format_datetime(later, usegmt=True)}) == pytest.approx(120, abs=2)
    assert retry_after({"retry-after": format_datetime(earlier, usegmt=True)}) is None
    assert retry_after({}) is None


@given(st.text() | st.from_regex(r"\w{3}, \d{1,2} \w{3} \d{1,9} \d\d?:\d\d:\d\d [+-]\d{1,12}"))
def test_any_retry_after_is_seconds_or_nothing(value: str) -> None:
    seconds = retry_after({"retry-after": value})
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 18.642s. Visit https://platform.openai.com", 18.642),
        ("Please try again in 174ms.", 0.174),
        ("Please try again in 7m12s.", 432),
        ("Please try again in 6h0m0s", 21_600),
        ("Please retry after 86400 seconds.", 86_400),
        ("Please retry after 3 days.", LONGEST_WAIT),
        ("Rate limit is exceeded. Try again in 20 seconds.", 20),
        ("Please try again later.", None),
        ("Wait a bit and try again.", None),
        ("Try again in 2 moments", None),
        ("", None),
    ],
)
def test_a_wait_in_words(message: str, seconds: float | None) -> None:
    assert wait_in_message(message) == (None if seconds is None else pytest.approx(seconds))


@given(st.text() | st.from_regex(r"try again in [0-9.msh ]*"))
def test_any_words_are_seconds_or_nothing(message: str) -> None:
    seconds = wait_in_message(message)
    assert seconds is None or 0 < seconds <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-reset-tokens": "55"}, 55),  # https://github.com/openai/openai-python/issues/937
        ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "0"}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30.5s",
          "x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "10m"}, 90.5),
        ({"x-ratelimit-reset-requests": "1741305600000"}, None),  # a date
        ({"x-ratelimit-reset-requests": "2026-01-01T00:00:00Z"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_wait_until_a_limit_is_full_again(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_in_resets(headers) == seconds


@pytest.mark.parametrize(("status", "wait"), [(429, 20), (503, 20), (400, None), (500, None)])
def test_only_who_is_limited_waits(status: int, wait: float | None) -> None:
    body = orjson.dumps({"error": {"message": "Try again in 20 seconds."}})
    assert error_from_body(status, {}, body).retry_after == wait


def test_the_header_comes_before_the_words() -> None:
    body = orjson.dumps({"error": {"message": "Try again in 20 seconds."}})
    assert error_from_body(429, {"retry-after": "3"}, body).retry_after == 3
