"""Buckets cover a range without gap or overlap, in every timezone."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.buckets import DAY, HOUR, QUARTER, bucket_size, bucket_starts

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # its summer time is half an hour
    "Pacific/Apia",
    "America/Santiago",  # its summer time begins at midnight, which then does not exist
]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=90))


@given(start=moments, span=spans, zone=st.sampled_from(ZONES))
def test_buckets_cover_the_range(start: datetime, span: timedelta, zone: str) -> None:  # B36
    end = start + span
    starts = [moment.astimezone(UTC) for moment in bucket_starts(start, end, zone)]
    assert starts[0] <= start
    assert starts[-1] < end
    assert starts == sorted(set(starts))
    assert all(moment > start for moment in starts[1:])
    size = bucket_size(start, end)
    slack = timedelta(hours=1) if size == DAY else timedelta()
    ends = [*starts[1:], max(end, starts[-1])]
    assert all(stop - begin <= size + slack for begin, stop in zip(starts, ends, strict=True))


@given(start=moments, span=spans, zone=st.sampled_from(ZONES))
def test_every_bucket_begins_at_a_quarter_hour(start: datetime, span: timedelta, zone: str) -> None:
    """Rollups are kept by quarter hours: no bucket may cut one."""
    for moment in bucket_starts(start, start + span, zone)[1:]:
        assert moment.timestamp() % QUARTER.total_seconds() == 0


@pytest.mark.parametrize(
    ("span", "size"),
    [(timedelta(hours=1), QUARTER), (timedelta(hours=24), HOUR), (timedelta(days=7), HOUR), (timedelta(days=30), DAY)],
)
def test_the_size_follows_the_range(span: timedelta, size: timedelta) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    assert bucket_size(start, start + span) == size


def test_a_day_of_a_change_of_clocks_is_one_bucket() -> None:  # B36
    zone = ZoneInfo("Europe/Berlin")
    starts = bucket_starts(datetime(2026, 3, 20, tzinfo=zone), datetime(2026, 4, 20, tzinfo=zone), "Europe/Berlin")
    assert len(starts) == 31
    instants = [moment.astimezone(UTC) for moment in starts]
    lengths = {after - before for before, after in itertools.pairwise(instants)}
    assert lengths == {timedelta(hours=23), timedelta(hours=24)}


def test_an_hour_that_the_clock_shows_twice_is_two_buckets() -> None:
    zone = ZoneInfo("Europe/Berlin")
    starts = bucket_starts(datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 10, 26, tzinfo=zone), "Europe/Berlin")
    assert [moment.hour for moment in starts[:5]] == [0, 1, 2, 2, 3]
    assert len(starts) == 25
