"""How much of the log one page looks at. A page of rare requests ends early, says so, and the next goes on from there.

The rollups tell where to begin, and for most filters where to end; no page reads much more than LOOKED_AT rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.models import UsageEvent
from billing.reports import Dimension
from billing.whereabouts import UNINDEXED, Quarter, quarters
from gateway_platform.overview.keyset import SIZE, Page, Position, cursor_of, page_of, position_of
from gateway_platform.overview.ranges import Range
from tenants.models import Organization

LOOKED_AT = 50_000  # rows of the log; some 100 ms
SCATTERED = 5  # rows that an index picks out lie far apart: each costs like so many that lie together
MOST_LINES = 50_000  # of the rollups
NOWHERE = UUID(int=0)
ROWS: tuple[Dimension, ...] = ("key", "team")
NAMES: tuple[Dimension, ...] = ("route", "provider", "model")
INEXACT = ("q", "status", "end_user")  # what the rollups do not know
INEXACT_OUTCOMES = ("error", "truncated")  # which of both, they do not know


@dataclass(frozen=True)
class Wanted:
    """What the filters ask for, as far as the rollups know it."""

    only: Mapping[Dimension, int | str]
    count: str
    exact: bool

    @classmethod
    def from_filters(cls, values: Mapping[str, Any]) -> "Wanted":
        only: dict[Dimension, int | str] = {name: values[name].pk for name in ROWS if values.get(name)}
        only |= {name: values[name] for name in NAMES if values.get(name)}
        counts = [count for count in (values.get("outcome"), values.get("unpriced") and "unpriced") if count]
        unknown = any(values.get(name) not in (None, "") for name in INEXACT)
        exact = not unknown and len(counts) < 2 and not set(counts) & set(INEXACT_OUTCOMES)
        return cls(only, counts[-1] if counts else "", exact)


@dataclass(frozen=True)
class Window:
    """What to look at: from `start` up to and without `end`. ``ends_early``: there may be more beyond."""

    start: datetime
    end: datetime
    ends_early: bool


@dataclass(frozen=True)
class Search:
    """One search of an organisation's log, page by page."""

    organization: Organization
    range: Range
    wanted: Wanted

    @property
    def _most_rows(self) -> int:
        picked = "key" in self.wanted.only or self.wanted.count not in UNINDEXED
        return LOOKED_AT // SCATTERED if picked else LOOKED_AT

    def page(self, events: QuerySet[UsageEvent], *, before: str | None, after: str | None) -> Page:
        """As keyset.page_of, but a page may end before it is full: then ``looked_to`` says where."""
        newer = bool(after and position_of(after))
        window = self._window(position_of(after if newer else before), newer=newer)
        if window is None:
            return Page([], None, None)
        page = page_of(events.filter(at__gte=window.start, at__lt=window.end), before=before, after=after)
        if not window.ends_early or (page.newer if newer else page.older):
            return page
        if newer:
            return replace(page, newer=cursor_of(window.end, NOWHERE))
        return replace(page, older=cursor_of(window.start, NOWHERE), looked_to=window.start)

    def _window(self, position: Position | None, *, newer: bool) -> Window | None:
        """From the first quarter hour that may hold a match, to where a page is full or enough is read."""
        bounds = self._bounds(position, newer=newer)
        found = quarters(self.organization, bounds, self.wanted.only, count=self.wanted.count, newest_first=not newer)
        looked, ends_early = self._enough(found, *bounds)
        if not looked:
            return None
        low, high = min(looked[0].start, looked[-1].start), max(looked[0].end, looked[-1].end)
        beyond = high < self.range.end if newer else low > self.range.start
        return Window(max(low, self.range.start), min(high, self.range.end), ends_early and beyond)

    def _bounds(self, position: Position | None, *, newer: bool) -> tuple[datetime, datetime]:
        if position is None:
            return self.range.start, self.range.end
        at, pk = position
        if newer:
            return max(self.range.start, at), self.range.end
        # A page that ended early has read its oldest moment to the end.
        return self.range.start, min(self.range.end, at - timedelta(microseconds=pk == NOWHERE))

    def _enough(self, found: Iterable[Quarter], start: datetime, end: datetime) -> tuple[list[Quarter], bool]:
        """As many of them as fill a page for certain, or as make enough to read; and whether there may be more."""
        looked: list[Quarter] = []
        rows = matching = lines = 0
        for quarter in found:
            lines += quarter.lines
            if looked or quarter.matching:
                looked.append(quarter)
                rows += quarter.rows
            if self.wanted.exact and start <= quarter.start and quarter.end <= end:
                matching += quarter.matching
            if rows >= self._most_rows or matching > SIZE or lines >= MOST_LINES:
                return looked or [quarter], True
        return looked, False
