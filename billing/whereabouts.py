"""Where in the ledger the requests of a kind lie: the rollups tell, so that the log need not be searched for them.

A rollup knows who, where and how it ended, not the status, the end user or a text. For these the answer is
an upper bound: no quarter hour that holds such a request is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from billing.buckets import QUARTER
from billing.reports import DIMENSIONS, Dimension
from tenants.models import Organization

COUNTS = {
    "": "requests",
    "ok": "requests - errors - aborted",
    "failed": "errors + aborted",
    "error": "errors",  # with those cut short
    "truncated": "errors",
    "aborted": "aborted",
    "unpriced": "unpriced",
}
UNINDEXED = ("", "ok")  # of the others the log has an index


@dataclass(frozen=True)
class Quarter:
    """A quarter hour: so many rows a search reads there, at most so many of them match."""

    start: datetime
    rows: int
    matching: int
    lines: int  # of the rollup: what it cost to know this

    @property
    def end(self) -> datetime:
        return self.start + QUARTER


def quarters(
    organization: Organization,
    between: tuple[datetime, datetime],
    only: Mapping[Dimension, int | str],
    *,
    count: str = "",
    newest_first: bool = True,
) -> Iterator[Quarter]:
    """The quarter hours with requests, from the first moment to the last, both included; in a transaction.

    Read as they are asked for: who stops early pays for no more. ``count`` is a key of COUNTS.
    """
    matches = " AND ".join([f"{DIMENSIONS[name][0]} = %({name})s" for name in only] or ["true"])
    rows = "requests" if "key" in only or count in UNINDEXED else COUNTS[count]
    read = "key_id = %(key)s" if "key" in only else "true"
    query = f"""
        SELECT period, coalesce(sum({rows}) FILTER (WHERE {read}), 0)::bigint,
            coalesce(sum({COUNTS[count]}) FILTER (WHERE {matches}), 0)::bigint, count(*)
        FROM billing_usagerollup
        WHERE organization_id = %(organization)s AND period > %(start)s AND period <= %(end)s
        GROUP BY period ORDER BY period {"DESC" if newest_first else "ASC"}"""  # noqa: S608  (words of this module)
    start, end = between
    values: dict[str, Any] = {"organization": organization.pk, "start": start - QUARTER, "end": end}
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values | dict(only))
        for found in cursor:
            yield Quarter(*found)
