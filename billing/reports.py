"""Totals and series of an organisation's usage, as pages, API and alerts show them.

A range is exact to the microsecond: whole quarter hours come from the rollups, the edges from the ledger. So the sum
of a chart is the total beside it, and both are the sum of the request log.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from django.db import connection

from billing.buckets import QUARTER, bucket_starts
from billing.dataplane.ledger_sql import BUCKET, FAILED, TIMINGS
from billing.latency import Latency, latency_of
from tenants.models import Organization

Dimension = Literal["team", "key", "route", "provider", "deployment", "model"]
Measure = Literal["duration", "first_token"]

# What tells one from the other → how it is called.
DIMENSIONS = {
    "team": ("team_id", "team"),
    "key": ("key_id", "key"),
    "deployment": ("deployment_id", "deployment"),
    "route": ("route", "route"),
    "provider": ("provider", "provider"),
    "model": ("model", "model"),
}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Totals:
    """Sums over requests; money in dollars."""

    requests: int = 0
    errors: int = 0  # failed, or cut short
    aborted: int = 0  # the client left
    unpriced: int = 0
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    list_cost: Decimal = Decimal(0)

    @property
    def error_rate(self) -> float:
        return self.errors / self.requests if self.requests else 0.0

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Point:
    """One bucket of a series."""

    start: datetime  # local
    totals: Totals


@dataclass(frozen=True)
class LatencyPoint:
    start: datetime
    latency: Latency


@dataclass(frozen=True)
class Share:
    """One key, route, … and what it used. ``id`` is 0 or empty for requests without one."""

    id: int | str
    name: str
    totals: Totals


def sum_of(parts: Iterable[Totals]) -> Totals:
    """All of them together."""
    columns = zip(*(astuple(part) for part in parts), strict=True)
    return Totals(*(sum(column) for column in columns))


SUMMED = [field.name for field in fields(Totals)]
SUMS = ", ".join(f"coalesce(sum({name}), 0){'' if name.endswith('cost') else '::bigint'} AS {name}" for name in SUMMED)
EDGES = "(at >= %(start)s AND at < %(first)s OR at >= %(last)s AND at < %(end)s)"
BUCKETED = "width_bucket(moment, %(starts)s::timestamptz[])"  # 1 for the first bucket
WHOLE = "period >= %(first)s AND period < %(last)s"

# Whole quarter hours of the rollups, and the rows around them in the same shape.
USAGE = f"""(
    SELECT period AS moment, team_id, key_id, deployment_id, team, key, deployment, route, provider, model,
        {", ".join(SUMMED)}
    FROM billing_usagerollup
    WHERE organization_id = %(organization)s AND {WHOLE}
    UNION ALL
    SELECT at, coalesce(team_id, 0), coalesce(key_id, 0), coalesce(deployment_id, 0), team, key, deployment,
        route, provider, model, 1, ({FAILED})::int, (outcome = 'aborted')::int, unpriced::int,
        input_tokens, cached_input_tokens, output_tokens, cost, list_cost
    FROM billing_usageevent
    WHERE organization_id = %(organization)s AND {EDGES}
) AS usage"""  # noqa: S608
LATENCY = f"""(
    SELECT period AS moment, deployment_id, bucket, requests
    FROM billing_latencyrollup
    WHERE organization_id = %(organization)s AND {WHOLE} AND measure = %(measure)s
    UNION ALL
    SELECT at, coalesce(deployment_id, 0), {BUCKET}, 1
    FROM billing_usageevent, {TIMINGS}
    WHERE organization_id = %(organization)s AND {EDGES} AND measure = %(measure)s AND ms IS NOT NULL
) AS latency"""  # noqa: S608


class UsageReport:
    """An organisation's usage from `start` up to and without `end`, both aware.

    ``only`` narrows it: a dimension → its id (team, key, deployment) or name (route, provider, model).
    """

    def __init__(
        self,
        organization: Organization,
        start: datetime,
        end: datetime,
        only: Mapping[Dimension, int | str] | None = None,
    ) -> None:
        self.starts = bucket_starts(start, end, organization.timezone)
        first = min(-((EPOCH - start) // QUARTER) * QUARTER + EPOCH, end)
        self._parameters: dict[str, Any] = {
            "organization": organization.pk,
            "start": start,
            "first": first,
            "last": max((end - EPOCH) // QUARTER * QUARTER + EPOCH, first),
            "end": end,
            "starts": self.starts,
        }
        self._read: dict[Measure, dict[int, dict[int, int]]] = {}
        self._only = {DIMENSIONS[dimension][0]: value for dimension, value in (only or {}).items()}

    def totals(self) -> Totals:
        """Sums over the whole range."""
        return sum_of(point.totals for point in self._series)

    def series(self) -> list[Point]:
        """Every bucket of the range, empty ones too."""
        return self._series

    @cached_property
    def _series(self) -> list[Point]:
        rows = self._select(f"{BUCKETED}, {SUMS}", USAGE, f"{self._narrowed()} GROUP BY 1")
        found = {index: Totals(*sums) for index, *sums in rows}
        return [Point(start, found.get(index, Totals())) for index, start in enumerate(self.starts, 1)]

    def top(self, dimension: Dimension, limit: int = 10) -> list[Share]:
        """Who or what used most: by cost, then by requests. Each under its latest name."""
        return self.tops([dimension], limit)[dimension]

    def tops(self, dimensions: Sequence[Dimension], limit: int = 10) -> dict[Dimension, list[Share]]:
        """The top of each of them, all read at once."""
        pairs = [", ".join(DIMENSIONS[dimension]) for dimension in dimensions]
        summed_away = [f"GROUPING({DIMENSIONS[dimension][0]}) = 1" for dimension in dimensions]
        rows = self._select(
            f"ARRAY[{', '.join(summed_away)}], {', '.join(pairs)}, {SUMS}", USAGE,
            f"{self._narrowed()} GROUP BY GROUPING SETS (({'), ('.join(pairs)})) ORDER BY max(moment)",
        )  # fmt: skip
        parts: dict[Dimension, dict[int | str, list[Share]]] = {dimension: {} for dimension in dimensions}
        for absent, *values in rows:
            place = absent.index(False)
            found, called = values[2 * place : 2 * place + 2]
            totals = Totals(*values[2 * len(dimensions) :])
            parts[dimensions[place]].setdefault(found, []).append(Share(found, called, totals))
        return {dimension: _most(shares, limit) for dimension, shares in parts.items()}

    def latency(self, measure: Measure = "duration") -> Latency:
        """Of requests that were answered. Of what narrows the report, only the deployment counts here."""
        whole: Counter[int] = Counter()
        for histogram in self._histograms(measure).values():
            whole.update(histogram)
        return latency_of(whole)

    def latency_series(self, measure: Measure = "duration") -> list[LatencyPoint]:
        """Every bucket of the range, empty ones too."""
        found = self._histograms(measure)
        return [LatencyPoint(start, latency_of(found.get(index, {}))) for index, start in enumerate(self.starts, 1)]

    def _histograms(self, measure: Measure) -> dict[int, dict[int, int]]:
        """Bucket of time → bucket of milliseconds → requests. Read once."""
        if measure not in self._read:
            deployment = "deployment_id = %(deployment_id)s" if "deployment_id" in self._only else "true"
            rows = self._select(
                f"{BUCKETED}, bucket::int, sum(requests)::bigint",
                LATENCY,
                f"{deployment} GROUP BY 1, 2",
                measure=measure,
            )
            histograms = self._read[measure] = {}
            for index, bucket, requests in rows:
                histograms.setdefault(index, {})[bucket] = requests
        return self._read[measure]

    def _narrowed(self) -> str:
        return " AND ".join([f"{column} = %({column})s" for column in self._only] or ["true"])

    def _select(self, columns: str, source: str, condition: str, **more: Any) -> list[tuple[Any, ...]]:
        """All three are made of this module's own words; what comes from outside is a parameter."""
        query = f"SELECT {columns} FROM {source} WHERE {condition}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, {**self._parameters, **self._only, **more})
            return cursor.fetchall()


def _most(parts: Mapping[int | str, list[Share]], limit: int) -> list[Share]:
    """Those that used most; what was renamed has several parts, the latest name last."""
    shares = [Share(of, same[-1].name, sum_of(share.totals for share in same)) for of, same in parts.items()]
    return sorted(shares, key=lambda share: (share.totals.cost, share.totals.requests), reverse=True)[:limit]
