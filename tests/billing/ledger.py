"""What the tests ask the database about one organisation's usage."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from billing.dataplane.event import Event
from tests.billing.events import make_event, new_organization_id

SUMS = """
    SELECT count(*) AS requests, count(*) FILTER (WHERE outcome IN ('error', 'truncated')) AS errors,
    count(*) FILTER (WHERE outcome = 'aborted') AS aborted, count(*) FILTER (WHERE unpriced) AS unpriced,
    sum(input_tokens) AS input_tokens, sum(cached_input_tokens) AS cached_input_tokens,
    sum(output_tokens) AS output_tokens, sum(cost) AS cost, sum(list_cost) AS list_cost
    FROM billing_usageevent
"""
ROLLED_UP = """
    SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(errors), 0) AS errors,
    coalesce(sum(aborted), 0) AS aborted, coalesce(sum(unpriced), 0) AS unpriced,
    sum(input_tokens) AS input_tokens, sum(cached_input_tokens) AS cached_input_tokens,
    sum(output_tokens) AS output_tokens, sum(cost) AS cost, sum(list_cost) AS list_cost
    FROM billing_usagerollup
"""


class Ledger:
    """One organisation's rows and rollups."""

    def __init__(self, url: str, connection: psycopg.Connection[Any]) -> None:
        self.url = url
        self.connection = connection
        self.organization_id = new_organization_id()

    def event(self, **changes: Any) -> Event:
        """An event of this organisation."""
        return make_event(organization_id=self.organization_id, **changes)

    def ids(self) -> list[str]:
        """Every row's id."""
        return [str(row["id"]) for row in self.select("SELECT id FROM billing_usageevent")]

    def rows(self) -> list[dict[str, Any]]:
        """Every row, oldest first."""
        return self.select("SELECT * FROM billing_usageevent", "ORDER BY at")

    def sums(self) -> dict[str, Any]:
        """Totals of the rows."""
        return self.select(SUMS)[0]

    def rolled_up(self) -> dict[str, Any]:
        """Totals of the rollups."""
        return self.select(ROLLED_UP)[0]

    def timings(self, measure: str) -> dict[int, int]:
        """Requests in each bucket of the latency histogram."""
        query = "SELECT bucket, sum(requests)::int AS requests FROM billing_latencyrollup"
        rows = self.select(query, "AND measure = %s GROUP BY bucket", measure)
        return {row["bucket"]: row["requests"] for row in rows}

    def select(self, query: str, rest: str = "", *parameters: Any) -> list[dict[str, Any]]:
        """A query narrowed to this organisation."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(f"{query} WHERE organization_id = %s {rest}", [self.organization_id, *parameters])
            return cursor.fetchall()
