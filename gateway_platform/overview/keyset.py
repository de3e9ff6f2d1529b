"""Pages of the request log by position instead of number: the millionth row costs as little as the first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.models import UsageEvent

SIZE = 50
Position = tuple[datetime, UUID]


@dataclass(frozen=True)
class Page:
    """Newest first. ``newer`` and ``older`` are the cursors of the neighbouring pages, or None at an end."""

    rows: list[UsageEvent]
    newer: str | None
    older: str | None
    looked_to: datetime | None = None  # the page ends here though it is not full: enough was read


def page_of(events: QuerySet[UsageEvent], *, before: str | None, after: str | None, size: int = SIZE) -> Page:
    """The page that begins right below `before`, or ends right above `after`, or the first one."""
    if position := position_of(after):
        rows = list(_beyond(events, position, newer=True)[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        return Page(rows, _cursor(rows[0]) if more else None, _cursor(rows[-1]) if rows else None)
    position = position_of(before)
    rows = list(_beyond(events, position, newer=False)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, _cursor(rows[0]) if rows and position else None, _cursor(rows[-1]) if more else None)


def _beyond(events: QuerySet[UsageEvent], position: Position | None, *, newer: bool) -> QuerySet[UsageEvent]:
    direction = "gt" if newer else "lt"
    if position:
        at, pk = position
        # The bound on `at` alone is what prunes partitions and uses the index.
        tie = Q((f"at__{direction}", at)) | Q(("at", at), (f"id__{direction}", pk))
        events = events.filter(tie, **{f"at__{direction}e": at})
    return events.order_by("at", "id") if newer else events.order_by("-at", "-id")


def _cursor(event: UsageEvent) -> str:
    return cursor_of(event.at, event.id)


def cursor_of(at: datetime, pk: UUID) -> str:
    return f"{at.isoformat()}~{pk}"


def position_of(cursor: str | None) -> Position | None:
    at, _, pk = (cursor or "").partition("~")
    try:
        return datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return None
