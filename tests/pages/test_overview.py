"""The overview: what it counts, and what it says when there is nothing to count."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gateway_platform.overview.changes import Change, change
from gateway_platform.overview.ranges import chosen_range
from tenants.models import Organization
from tests.pages.things import Things, make_request

NOW = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)


def charts(page: str) -> dict[str, dict]:
    found = re.findall(r'<script id="chart-(\w+)" type="application/json">(.*?)</script>', page)
    return {name: json.loads(spec) for name, spec in found}


def test_charts_and_tiles_agree(admin: Client, things: Things) -> None:
    organization, now = things.organization, timezone.now()
    make_request(organization, at=now - timedelta(hours=2), outcome="error", status=503, cost_nano=0)
    make_request(organization, at=now - timedelta(hours=3), outcome="aborted", status=499)
    make_request(organization, at=now - timedelta(hours=30), cost_nano=1_000_000_000)  # in the range before
    answer = admin.get(things.url("overview"))
    totals, drawn = answer.context["totals"], charts(answer.content.decode())
    assert (totals.requests, totals.errors, totals.aborted) == (3, 1, 1)
    assert sum(sum(series["values"]) for series in drawn["requests"]["series"]) == 2
    assert sum(drawn["errors"]["series"][0]["values"]) == 1
    assert sum(drawn["spend"]["series"][0]["values"]) == pytest.approx(float(totals.cost))
    assert answer.context["changes"]["requests"].text == "+200 %"
    assert set(drawn) == {"requests", "errors", "spend", "latency"}


def test_another_tenants_usage_is_not_counted(admin: Client, things: Things, stranger: Organization) -> None:
    make_request(stranger)
    assert admin.get(things.url("overview")).context["totals"].requests == 1


def test_narrowed_to_a_key(admin: Client, things: Things) -> None:
    make_request(things.organization, key_id=things.key.pk + 1, key="other")
    answer = admin.get(things.url("overview"), {"key": str(things.key.pk), "range": "7d"})
    assert answer.context["totals"].requests == 1
    assert "Key: search-prod" in answer.content.decode()
    assert "latency" not in charts(answer.content.decode())  # durations are not summed by key


def test_nonsense_in_the_address_narrows_nothing(admin: Client, things: Things) -> None:
    answer = admin.get(things.url("overview"), {"key": "1 OR 1=1", "team": "²", "range": "eternity"})
    assert answer.context["totals"].requests == 1


# B2
def test_unpriced_requests_are_a_warning_that_leads_to_them(admin: Client, things: Things) -> None:
    make_request(things.organization, unpriced=True, request_id="req_unpriced")
    page = admin.get(things.url("overview"), {"range": "7d"}).content.decode()
    [link] = re.findall(r'href="(/o/[^"]+unpriced=yes[^"]*)"', page)
    log = admin.get(link.replace("&amp;", "&")).context["log"]
    assert [event.request_id for event in log.rows] == ["req_unpriced"]


def test_a_new_organisation_sees_its_first_steps(admin: Client, organization: Organization) -> None:
    answer = admin.get(f"/o/{organization.slug}/overview/?range=30d")
    assert [step.done for step in answer.context["page"].steps()] == [False] * 4
    assert "Add a provider" in answer.content.decode()


def test_steps_that_are_done_are_marked(admin: Client, things: Things) -> None:
    answer = admin.get(
        things.url("overview"), {"range": "custom", "start": "2020-01-01T00:00", "end": "2020-01-02T00:00"}
    )
    assert [step.done for step in answer.context["page"].steps()] == [True] * 4


def test_htmx_gets_the_region_alone(admin: Client, things: Things) -> None:
    answer = admin.get(things.url("overview"), headers={"HX-Request": "true"}).content.decode()
    assert answer.lstrip().startswith('<div id="overview"')


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (150, 100, Change("+50 %")),
        (50, 100, Change("−50 %")),
        (100, 100, Change("No change")),
        (2000, 100, Change("×20")),
        (100_000, 1, Change("over ×100")),
        (5, 0, None),
        (None, 5, None),
    ],
)
def test_change(now: int, before: int, expected: Change | None) -> None:
    assert change(now, before) == expected


def test_more_errors_are_bad_news() -> None:
    assert change(2, 1, more_is="bad") == Change("+100 %", "bad")
    assert change(1, 2, more_is="bad") == Change("−50 %", "good")


def test_a_custom_range_is_in_the_organisations_time() -> None:
    params = {"range": "custom", "start": "2026-03-01T00:00", "end": "2026-03-02T00:00"}
    chosen = chosen_range(params, "Europe/Berlin", NOW)
    assert chosen.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert chosen.previous.end == chosen.start


@pytest.mark.parametrize(
    "params",
    [
        {"range": "custom", "start": "2026-03-02T00:00", "end": "2026-03-01T00:00"},
        {"range": "custom", "start": "1990-01-01T00:00"},
        {"range": "custom", "start": "2026-99-99T00:00"},
        {"range": "custom"},
        {},
    ],
)
def test_an_unusable_range_is_the_last_day(params: dict[str, str]) -> None:
    chosen = chosen_range(params, "UTC", NOW)
    assert (chosen.name, chosen.start, chosen.end) == ("24h", NOW - timedelta(days=1), NOW)
