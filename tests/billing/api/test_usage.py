"""Sums through the API: exact dollars, of one tenant, over a range."""

import time
from decimal import Decimal
from typing import Any

import pytest

from tenants.models import Organization
from tenants.models.people import Role
from tests.api import Api, as_role, new_organization
from tests.billing.events import make_event
from tests.billing.filling import insert_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return new_organization()


@pytest.fixture
def finance(organization: Organization) -> Api:
    return as_role(organization, Role.FINANCE)


def spend(organization: Organization, nano_dollars: int, **changes: Any) -> None:
    at = time.time_ns() // 1000 - 1_000_000
    insert_events([make_event(organization_id=organization.pk, at=at, cost_nano=nano_dollars, **changes)])


def test_totals_are_the_sum_of_the_series_and_of_this_tenant_alone(organization: Organization, finance: Api) -> None:
    spend(organization, 1)
    spend(organization, 2_500_000_000, outcome="error", status=500)
    spend(new_organization(), 99)

    usage = finance.get("usage").json()

    assert usage["totals"]["cost"] == "2.500000001"
    assert usage["totals"]["requests"] == 2
    assert usage["totals"]["errors"] == 1
    series = [point["totals"] for point in usage["series"]]
    assert sum(Decimal(totals["cost"]) for totals in series) == Decimal("2.500000001")
    assert sum(totals["requests"] for totals in series) == 2
    assert usage["top"] == []


def test_who_used_most(organization: Organization, finance: Api) -> None:
    spend(organization, 1, key_id=7, key="small")
    spend(organization, 5, key_id=8, key="large")
    usage = finance.get("usage", by="key", limit=1).json()
    assert [(share["id"], share["name"]) for share in usage["top"]] == [("8", "large")]


def test_sums_can_be_narrowed(organization: Organization, finance: Api) -> None:
    spend(organization, 1, route="fast")
    spend(organization, 5, route="slow")
    assert Decimal(finance.get("usage", route="slow").json()["totals"]["cost"]) == Decimal("0.000000005")


def test_without_requests_everything_is_zero(finance: Api) -> None:
    usage = finance.get("usage").json()
    assert usage["totals"]["requests"] == 0
    assert usage["duration"] == {"p50": None, "p95": None, "requests": 0}


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("by", {"by": "weekday"}),
        ("start", {"start": "2026-05-02T00:00:00Z", "end": "2026-05-01T00:00:00Z"}),
        ("start", {"start": "2020-01-01T00:00:00Z"}),
        ("sort", {"sort": "cost"}),
    ],
)
def test_nonsense_is_refused_by_name(finance: Api, field: str, query: dict[str, str]) -> None:
    answer = finance.get("usage", **query)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_another_tenants_usage_does_not_exist(finance: Api) -> None:
    assert Api(new_organization(), finance.person).get("usage").status_code == 404
