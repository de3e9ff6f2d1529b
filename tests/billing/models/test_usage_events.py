"""Reads of the request log."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import UsageEvent
from billing.tasks import DAYS_AHEAD, prepare_partitions
from tenants.models import Organization
from tests.billing.events import make_event, new_organization_id
from tests.billing.filling import insert_events

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def organization() -> Organization:
    """With one request each hour of a day, every fourth of them failed, every sixth without a price."""
    organization = Organization(pk=new_organization_id())
    insert_events(
        make_event(
            organization_id=organization.pk,
            at=int((NOON + timedelta(hours=hour)).timestamp()) * 1_000_000,
            outcome="ok" if hour % 4 else "error",
            unpriced=hour % 6 == 0,
        )
        for hour in range(24)
    )
    insert_events([make_event(organization_id=new_organization_id())])
    return organization


def test_narrowing(organization: Organization) -> None:
    events = UsageEvent.objects.for_organization(organization)
    assert events.count() == 24
    assert events.between(NOON, NOON + timedelta(hours=5)).count() == 5
    assert events.failed().count() == 6
    assert events.unpriced().count() == 4
    assert events.failed().unpriced().count() == 2


def test_counting_reads_no_further_than_asked(organization: Organization) -> None:
    events = UsageEvent.objects.for_organization(organization)
    assert events.count_up_to(10) == 10
    assert events.count_up_to(100) == 24
    with CaptureQueriesContext(
        connection,
    ) as queries:
        events.count_up_to(10)
    assert "LIMIT 10" in queries[0]["sql"]


def test_only_the_days_asked_for_are_read(organization: Organization) -> None:
    events = UsageEvent.objects.for_organization(organization).between(NOON, NOON + timedelta(hours=1))
    plan = events.explain()
    assert "billing_usageevent_20260601" in plan
    assert "billing_usageevent_20260602" not in plan


def test_an_event_is_found_by_its_key(organization: Organization) -> None:
    first = UsageEvent.objects.for_organization(organization).earliest("at")
    assert UsageEvent.objects.get(pk=first.pk) == first


def test_the_task_makes_the_next_days_partitions() -> None:
    prepare_partitions()
    prepare_partitions()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM generate_series(0, %s) AS ahead WHERE to_regclass("
            "'billing_usageevent_' || to_char((now() AT TIME ZONE 'UTC')::date + ahead, 'YYYYMMDD')) IS NOT NULL",
            [DAYS_AHEAD],
        )
        assert cursor.fetchone() == (DAYS_AHEAD + 1,)
