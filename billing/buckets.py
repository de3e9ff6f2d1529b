"""How a range of time is cut for a chart, in a tenant's timezone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST_IN_QUARTERS = timedelta(hours=12)
LONGEST_IN_HOURS = timedelta(days=8)


def bucket_size(start: datetime, end: datetime) -> timedelta:
    """A quarter of an hour, an hour or a day."""
    span = end - start
    if span <= LONGEST_IN_QUARTERS:
        return QUARTER
    return HOUR if span <= LONGEST_IN_HOURS else DAY


def bucket_starts(start: datetime, end: datetime, timezone: str) -> list[datetime]:
    """Where each bucket of [start, end) begins, ascending, in the timezone.

    The first may begin before `start`. Days begin at local midnight, so one of them may have 23 or 25 hours.
    """
    zone, size = ZoneInfo(timezone), bucket_size(start, end)
    return _days(start, end, zone) if size == DAY else _slices(start, end, zone, size)


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    day = start.astimezone(zone).date()
    starts = []
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=zone)).astimezone(UTC) < end:
        starts.append(midnight)
        day += DAY
    return starts


def _slices(start: datetime, end: datetime, zone: ZoneInfo, size: timedelta) -> list[datetime]:
    """Steps in absolute time from a round local time: an hour that a clock shows twice is two buckets."""
    local = start.astimezone(zone)
    since_round = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) % size
    moment = start.astimezone(UTC) - since_round
    starts = []
    while moment < end:
        starts.append(moment.astimezone(zone))
        moment += size
    return starts
