"""A chosen range of time: the last hour, day, week or month, or from one moment to another.

In the address as ?range=7d, or ?range=custom&start=…&end=… (local times of the organisation's timezone). What cannot be
read falls back to the default, so that a mistyped address still shows a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_datetime

CUSTOM = "custom"
SPANS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
LABELS = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", CUSTOM: "Custom"}
DEFAULT = "24h"
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Range:
    """From `start` up to and without `end`; ``name`` is a key of LABELS."""

    name: str
    start: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        return self.end - self.start

    @property
    def label(self) -> str:
        if self.name != CUSTOM:
            return f"the last {LABELS[self.name]}".replace("last 1 hour", "last hour")
        return f"{timezone.localtime(self.start):%-d %b %Y %H:%M} to {timezone.localtime(self.end):%-d %b %Y %H:%M}"

    @property
    def before(self) -> str:
        """What `previous` is called."""
        return "previous " + ("period" if self.name == CUSTOM else LABELS[self.name].removeprefix("1 "))

    @property
    def previous(self) -> "Range":
        """As long, right before."""
        return Range(self.name, self.start - self.span, self.start)


def chosen_range(params: Mapping[str, str], zone: str, now: datetime | None = None) -> Range:
    """The range that an address asks for, in a timezone (`Europe/Berlin`)."""
    now = now or timezone.now()
    name = params.get("range", DEFAULT)
    if name == CUSTOM and (custom := _custom(params, ZoneInfo(zone), now)):
        return custom
    name = name if name in SPANS else DEFAULT
    return Range(name, now - SPANS[name], now)


def _custom(params: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Range | None:
    start, end = _moment(params.get("start"), zone), _moment(params.get("end"), zone) or now
    if start is None or start >= end or end - start > LONGEST:
        return None
    return Range(CUSTOM, start, end)


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    try:
        moment = parse_datetime(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=zone) if moment and moment.tzinfo is None else moment
