"""The request log through the API: one tenant's rows, newest first, narrowed by what they hold."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Organization
from tenants.models.people import Role
from tests.api import Api, as_role, new_organization
from tests.billing.events import make_event
from tests.billing.filling import insert_events

pytestmark = pytest.mark.django_db
SECOND = 1_000_000
HOUR = 3600 * SECOND


@pytest.fixture
def organization() -> Organization:
    return new_organization()


@pytest.fixture
def auditor(organization: Organization) -> Api:
    return as_role(organization, Role.AUDITOR)


def fill(organization: Organization, count: int = 1, **changes: Any) -> list[str]:
    """Insert events a second apart; their request ids, newest first."""
    now = time.time_ns() // 1000
    events = [
        make_event(organization_id=organization.pk, **{"at": now - number * SECOND, **changes})
        for number in range(count)
    ]
    insert_events(events)
    return [event["request_id"] for event in events]


def ids(answer: Any) -> list[str]:
    return [row["request_id"] for row in answer.json()["results"]]


def test_pages_follow_each_other_newest_first(organization: Organization, auditor: Api) -> None:
    expected = fill(organization, 5)
    first = auditor.get("requests", limit=2)
    second = auditor.http.get(first.json()["next"])
    third = auditor.http.get(second.json()["next"])
    assert ids(first) + ids(second) + ids(third) == expected
    assert third.json()["next"] is None


def test_pages_lose_nothing_where_many_came_at_once(organization: Organization, auditor: Api) -> None:
    expected = fill(organization, 7, at=time.time_ns() // 1000)
    seen, url = [], auditor.url("requests") + "?limit=2"
    while url:
        page = auditor.http.get(url)
        seen += ids(page)
        url = page.json()["next"]
    assert sorted(seen) == sorted(expected)


def test_one_request_is_found_by_its_id_however_old(organization: Organization, auditor: Api) -> None:
    [old] = fill(organization, at=time.time_ns() // 1000 - 40 * 24 * HOUR, cost_nano=123_456_789)
    assert ids(auditor.get("requests")) == []  # the list begins a day ago
    answer = auditor.get("requests", old)
    assert answer.status_code == 200
    assert answer.json()["cost"] == "0.123456789"
    assert auditor.get("requests", "req_unknown").status_code == 404


def test_another_tenants_requests_do_not_exist(auditor: Api) -> None:
    other = new_organization()
    [theirs] = fill(other)
    assert ids(auditor.get("requests")) == []
    assert auditor.get("requests", theirs).status_code == 404
    assert Api(other, auditor.person).get("requests").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "other-key"),
        ("route", "slow"),
        ("outcome", "error"),
        ("status", 429),
        ("unpriced", True),
        ("key_id", 77),
    ],
)
def test_filters(organization: Organization, auditor: Api, field: str, value: Any) -> None:
    fill(organization, 2)
    wanted = fill(organization, **{field: value})
    assert ids(auditor.get("requests", **{field: value})) == wanted


def test_a_range_begins_with_its_start_and_ends_before_its_end(organization: Organization, auditor: Api) -> None:
    noon = 1_780_000_000 * SECOND
    before, at_start, at_end = (fill(organization, at=noon + shift)[0] for shift in (-1, 0, HOUR))
    answer = auditor.get("requests", start="2026-05-28T20:26:40Z", end="2026-05-28T21:26:40Z")
    assert ids(answer) == [at_start]
    assert {before, at_end}.isdisjoint(ids(answer))


def test_a_filter_that_makes_no_sense_is_refused_by_name(auditor: Api) -> None:
    answer = auditor.get("requests", start="yesterday")
    assert answer.status_code == 400
    assert list(answer.json()) == ["start"]


def test_the_log_is_read_only(organization: Organization, auditor: Api) -> None:
    [request_id] = fill(organization)
    admin = as_role(organization)
    assert admin.post("requests").status_code == 405
    assert admin.patch("requests", request_id, cost=0).status_code == 405
    assert admin.delete("requests", request_id).status_code == 405


def test_many_rows_take_as_many_queries_as_one(organization: Organization, auditor: Api) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get("requests").status_code == 200
        return len(captured)

    fill(organization)
    queries()
    few = queries()
    fill(organization, 20)
    assert queries() == few
