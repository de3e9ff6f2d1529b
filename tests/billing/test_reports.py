"""Totals, series and rankings agree with each other and with the rows they are made of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.dataplane.event import Event
from billing.models import UsageEvent
from billing.reports import Dimension, Totals, UsageReport
from tenants.models import Organization
from tests.billing.events import make_event, new_organization_id
from tests.billing.filling import insert_events

pytestmark = pytest.mark.django_db
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]
# The days on which clocks change in these zones, and a dull one.
DAYS = [datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 4, 5), datetime(2026, 6, 1)]


def tenant(timezone: str = "UTC") -> Organization:
    """An organisation that is not in the database: reports need its id and timezone alone."""
    return Organization(pk=new_organization_id(), slug="acme", timezone=timezone)


def event_at(organization: Organization, moment: datetime, **changes: Any) -> Event:
    at = round(moment.timestamp() * 1_000_000)
    return make_event(organization_id=organization.pk, at=at, **changes)


def sum_of(events: list[Event]) -> Totals:
    """The same sums by hand."""
    return Totals(
        requests=len(events),
        errors=sum(event["outcome"] in ("error", "truncated") for event in events),
        aborted=sum(event["outcome"] == "aborted" for event in events),
        unpriced=sum(event["unpriced"] for event in events),
        input_tokens=sum(event["input_tokens"] for event in events),
        cached_input_tokens=sum(event["cached_input_tokens"] for event in events),
        output_tokens=sum(event["output_tokens"] for event in events),
        cost=sum((Decimal(event["cost_nano"]).scaleb(-9) for event in events), Decimal(0)),
        list_cost=sum((Decimal(event["list_cost_nano"]).scaleb(-9) for event in events), Decimal(0)),
    )


def add(left: Totals, right: Totals) -> Totals:
    names = Totals.__dataclass_fields__
    return Totals(**{name: getattr(left, name) + getattr(right, name) for name in names})


def within(event: Event, start: datetime, end: datetime) -> bool:
    return start.timestamp() * 1_000_000 <= event["at"] < end.timestamp() * 1_000_000


requests = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["ok", "error", "aborted", "truncated"]),
        "unpriced": st.booleans(),
        "key_id": st.sampled_from([None, 1, 2]),
        "deployment_id": st.sampled_from([None, 1, 2]),
        "cost_nano": st.integers(0, 10**12),
        "input_tokens": st.integers(0, 10**6),
        "duration_ms": st.integers(0, 10**5),
    }
)
minutes = st.integers(-40 * 60, 40 * 60)


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    made=st.lists(st.tuples(st.one_of(minutes, minutes.map(lambda m: m - m % 15)), requests), max_size=25),
    bounds=st.lists(st.one_of(minutes, minutes.map(lambda m: m - m % 60)), min_size=2, max_size=2, unique=True),
    seconds=st.sampled_from([0, 0.000001, 17.5]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_of_buckets_is_the_total_is_the_sum_of_rows(
    db: None,
    zone: str,
    day: datetime,
    made: list[tuple[int, dict[str, Any]]],
    bounds: list[int],
    seconds: float,
) -> None:  # B36
    organization = tenant(zone)
    base = day.replace(tzinfo=UTC)
    events = [event_at(organization, base + timedelta(minutes=minute), **changes) for minute, changes in made]
    insert_events(events)
    start, end = (base + timedelta(minutes=bound) for bound in sorted(bounds))
    start, end = start + timedelta(seconds=seconds), end + timedelta(seconds=seconds)

    report = UsageReport(organization, start, end)
    inside = [event for event in events if within(event, start, end)]
    total = report.totals()
    assert total == sum_of(inside)
    series = report.series()
    summed = Totals()
    for point in series:
        summed = add(summed, point.totals)
    assert summed == total
    assert UsageEvent.objects.for_organization(organization).between(start, end).count() == total.requests
    dimensions: list[Dimension] = ["team", "key", "route", "provider", "deployment", "model"]
    together = report.tops(dimensions, limit=100)
    for dimension in dimensions:
        summed = Totals()
        for share in report.top(dimension, limit=100):
            summed = add(summed, share.totals)
        assert summed == total
        assert sorted(together[dimension], key=str) == sorted(report.top(dimension, limit=100), key=str)
    answered = sum(event["outcome"] == "ok" for event in inside)
    assert report.latency().requests == answered
    assert sum(point.latency.requests for point in report.latency_series()) == answered


@pytest.mark.parametrize("zone", ZONES)
def test_a_request_is_in_the_bucket_of_its_local_day(zone: str) -> None:  # B36
    organization = tenant(zone)
    local = ZoneInfo(zone)
    insert_events(event_at(organization, datetime(2026, 3, day, 0, 5, tzinfo=local)) for day in range(1, 32))
    report = UsageReport(organization, datetime(2026, 3, 1, tzinfo=local), datetime(2026, 4, 1, tzinfo=local))
    assert [(point.start.day, point.start.hour) for point in report.series()] == [(day, 0) for day in range(1, 32)]
    assert {point.totals.requests for point in report.series()} == {1}


def test_another_organisation_is_not_counted() -> None:
    mine, other = tenant(), tenant()
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    insert_events([event_at(mine, now), event_at(other, now), event_at(other, now)])
    report = UsageReport(mine, now - timedelta(hours=1), now + timedelta(hours=1))
    assert report.totals().requests == 1
    assert report.latency().requests == 1
    assert [share.totals.requests for share in report.top("key")] == [1]


def test_the_ranking_is_by_cost_under_the_latest_name() -> None:
    organization = tenant()
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    insert_events(
        [
            event_at(organization, now, key_id=1, key="old-name", cost_nano=5),
            event_at(organization, now + timedelta(hours=1), key_id=1, key="new-name", cost_nano=5),
            event_at(organization, now, key_id=2, key="dear", cost_nano=100),
            event_at(organization, now, key_id=None, key="", cost_nano=1),
        ]
    )
    report = UsageReport(organization, now, now + timedelta(hours=2))
    assert [(share.id, share.name) for share in report.top("key")] == [(2, "dear"), (1, "new-name"), (0, "")]
    assert len(report.top("key", limit=1)) == 1


def test_a_report_narrowed_to_one_key_and_deployment() -> None:
    organization = tenant()
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for key, deployment, ms in [(1, 1, 100), (1, 2, 200), (2, 1, 100)]:
        insert_events([event_at(organization, now, key_id=key, deployment_id=deployment, duration_ms=ms)])
    for start in (now, now - timedelta(minutes=7)):  # from the ledger, from the rollup
        end = start + timedelta(minutes=40)
        assert UsageReport(organization, start, end, only={"key": 1}).totals().requests == 2
        assert UsageReport(organization, start, end, only={"key": 1, "deployment": 2}).totals().requests == 1
        assert UsageReport(organization, start, end, only={"deployment": 1}).latency().requests == 2
        p50 = UsageReport(organization, start, end, only={"deployment": 2}).latency().p50
        assert p50 == pytest.approx(200, rel=0.1)


def test_an_empty_range_is_zeros_not_nothing() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    report = UsageReport(tenant(), now, now + timedelta(hours=1))
    assert report.totals() == Totals()
    assert report.totals().error_rate == 0
    assert [point.totals for point in report.series()] == [Totals()] * 4
    assert report.top("route") == []
    assert report.latency().p95 is None


def test_error_rate_and_tokens() -> None:
    totals = Totals(requests=8, errors=2, input_tokens=30, output_tokens=12)
    assert (totals.error_rate, totals.tokens) == (0.25, 42)
