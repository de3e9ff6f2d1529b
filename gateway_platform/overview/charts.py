"""Series as static/js/charts.js draws them: plain dictionaries that become JSON."""

from collections.abc import Callable, Sequence
from typing import Any

from billing.reports import LatencyPoint, Point, Totals
from gateway_platform.overview.ranges import Range

Chart = dict[str, Any]
Values = Sequence[float | None]


def requests_chart(points: list[Point], chosen: Range, zone: str) -> Chart:
    series = [
        _line("Answered", _values(points, lambda totals: totals.requests - totals.errors - totals.aborted), 1),
        _line("Client left", _values(points, lambda totals: totals.aborted), 2),
    ]
    return _chart("bar", "count", series, _starts(points), chosen, zone) | {"summary": "Requests over time"}


def errors_chart(points: list[Point], chosen: Range, zone: str) -> Chart:
    series = [_line("Failed", _values(points, lambda totals: totals.errors), 5)]
    return _chart("bar", "count", series, _starts(points), chosen, zone) | {"summary": "Failed requests over time"}


def spend_chart(points: list[Point], chosen: Range, zone: str) -> Chart:
    series = [_line("Spend", _values(points, lambda totals: float(totals.cost)), 3)]
    return _chart("bar", "dollars", series, _starts(points), chosen, zone) | {"summary": "Spend over time"}


def latency_chart(points: list[LatencyPoint], first: list[LatencyPoint], chosen: Range, zone: str) -> Chart:
    series = [
        _line("Median", [point.latency.p50 for point in points], 4),
        _line("95 % below", [point.latency.p95 for point in points], 2),
        _line("Median to first token", [point.latency.p50 for point in first], 6),
    ]
    chart = _chart("line", "milliseconds", series, _starts(points), chosen, zone)
    return chart | {"summary": "Latency over time"}


def _chart(kind: str, unit: str, series: list[dict[str, Any]], starts: list[Any], chosen: Range, zone: str) -> Chart:
    step = (starts[1] - starts[0]).total_seconds() if len(starts) > 1 else 0
    return {
        "kind": kind,
        "unit": unit,
        "timezone": zone,
        "step": step,
        "span": chosen.span.total_seconds(),
        "times": [start.isoformat() for start in starts],
        "series": series,
    }


def _line(name: str, values: Values, colour: int) -> dict[str, Any]:
    return {"name": name, "values": values, "color": colour}


def _values(points: list[Point], amount: Callable[[Totals], float]) -> list[float]:
    return [amount(point.totals) for point in points]


def _starts(points: Sequence[Point | LatencyPoint]) -> list[Any]:
    return [point.start for point in points]
