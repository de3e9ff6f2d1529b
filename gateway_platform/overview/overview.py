"""The front page: what a range of time held, beside the range before it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from billing.buckets import bucket_size
from billing.latency import Latency
from billing.reports import Dimension, Point, Totals, UsageReport
from gateway_platform.overview.changes import change
from gateway_platform.overview.charts import errors_chart, latency_chart, requests_chart, spend_chart
from gateway_platform.overview.first_steps import Step, first_steps
from gateway_platform.overview.ranges import LABELS, SPANS, Range, chosen_range
from tenants.models import ApiKey, Team
from tenants.web import OrganizationPage, PageRequest

BY_ID: tuple[Dimension, ...] = ("key", "team", "deployment")
BY_NAME: tuple[Dimension, ...] = ("route", "provider", "model")
TOPS: tuple[tuple[Dimension, str], ...] = (("key", "Keys"), ("route", "Routes"), ("model", "Models"))
TOP_LENGTH = 6


class Overview(OrganizationPage):
    permission = "spend.view"
    template_name = "overview/page.html"
    fragment_name = "overview/region.html"
    range: Range
    only: Mapping[Dimension, int | str]

    def open(self) -> None:
        self.range = chosen_range(self.request.GET, self.organization.timezone)
        self.only = _narrowing(self.request)

    def get(self, request: PageRequest) -> HttpResponse:
        template = self.fragment_name if request.htmx else self.template_name
        figures = self._figures()
        return self.render(
            template, range=self.range, ranges=[(name, LABELS[name]) for name in SPANS],
            narrowed=self._narrowed_by(), **figures,
        )  # fmt: skip

    def _figures(self) -> dict[str, Any]:
        report, before = self._report(self.range), self._report(self.range.previous)
        points = report.series()
        totals, zone = _sum(points), self.organization.timezone
        charts = {
            "requests": requests_chart(points, self.range, zone),
            "errors": errors_chart(points, self.range, zone),
            "spend": spend_chart(points, self.range, zone),
        }
        latency = previous_latency = None
        if self._has_latency:
            latency, previous_latency = report.latency(), before.latency()
            series, first = report.latency_series(), report.latency_series("first_token")
            charts["latency"] = latency_chart(series, first, self.range, zone)
        return {
            "totals": totals,
            "latency": latency,
            "changes": _changes(totals, before.totals(), latency, previous_latency),
            "charts": charts,
            "tops": self._tops(report, totals),
        }

    def _report(self, chosen: Range) -> UsageReport:
        return UsageReport(self.organization, chosen.start, chosen.end, self.only)

    @property
    def _has_latency(self) -> bool:
        """Durations are summed by deployment alone: those of one key or route are not known apart."""
        return not set(self.only) - {"deployment"}

    def _tops(self, report: UsageReport, totals: Totals) -> list[dict[str, Any]]:
        """What used most, each with its share of the dollars, or of the requests where nothing cost anything."""

        def share(part: Totals) -> float:
            return float(part.cost / totals.cost) if totals.cost else part.requests / totals.requests

        titles = {dimension: title for dimension, title in TOPS if dimension not in self.only}
        if not totals.requests or not titles:
            return []
        return [
            {"dimension": dimension, "title": titles[dimension], "rows": [(row, share(row.totals)) for row in rows]}
            for dimension, rows in report.tops(list(titles), TOP_LENGTH).items()
        ]

    def _narrowed_by(self) -> list[tuple[str, str]]:
        """Parameter and readable value of what narrows the page."""
        return [(dimension, self._name(dimension, value)) for dimension, value in self.only.items()]

    def _name(self, dimension: str, value: int | str) -> str:
        models = {"key": ApiKey, "team": Team}
        if (model := models.get(dimension)) is None:
            return str(value)
        found = model.objects.filter(organization=self.organization, pk=value).first()  # type: ignore[attr-defined]
        return str(found or value)

    def steps(self) -> list[Step]:
        return first_steps(self.organization)

    @property
    def step(self) -> str:
        seconds = bucket_size(self.range.start, self.range.end).total_seconds()
        return {900: "quarter hour", 3600: "hour"}.get(int(seconds), "day")


def _narrowing(request: PageRequest) -> dict[Dimension, int | str]:
    """What the address narrows the page to: ?key=7, ?route=fast. What makes no sense is left out."""
    only: dict[Dimension, int | str] = {}
    for dimension in (*BY_ID, *BY_NAME):
        text = request.GET.get(dimension, "")
        if dimension in BY_ID and text.isascii() and text.isdigit():
            only[dimension] = int(text[:18])
        elif dimension in BY_NAME and text:
            only[dimension] = text
    return only


def _sum(points: list[Point]) -> Totals:
    names = Totals.__dataclass_fields__
    return Totals(**{name: sum(getattr(point.totals, name) for point in points) for name in names})


def _changes(totals: Totals, before: Totals, latency: Latency | None, previous: Latency | None) -> dict[str, Any]:
    return {
        "requests": change(totals.requests, before.requests),
        "errors": change(totals.errors, before.errors, more_is="bad"),
        "cost": change(totals.cost, before.cost),
        "tokens": change(totals.tokens, before.tokens),
        "latency": change(latency.p50, previous.p50, more_is="bad") if latency and previous else None,
    }
