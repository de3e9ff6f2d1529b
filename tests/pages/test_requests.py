"""The request log: filters, pages, one request, the export."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import Client
from django.utils import timezone

from billing.models import UsageEvent
from gateway_platform.overview import keyset
from gateway_platform.overview.keyset import page_of
from tenants.models import Organization
from tests.pages.things import Things, make_request


def listed(browser: Client, organization: Organization, **query: Any) -> list[str]:
    """The request ids on the page."""
    log = browser.get(f"/o/{organization.slug}/requests/", query).context["log"]
    return [event.request_id for event in log.rows]


@pytest.mark.parametrize(
    ("filters", "different"),
    [
        ({"outcome": "error"}, {"outcome": "error"}),
        ({"outcome": "failed"}, {"outcome": "truncated"}),
        ({"route": "smart"}, {"route": "smart"}),
        ({"model": "gpt-4o"}, {"model": "gpt-4o"}),
        ({"provider": "groq"}, {"provider": "groq"}),
        ({"status": 503}, {"status": 503}),
        ({"end_user": "ada"}, {"end_user": "ada"}),
        ({"request_id": "req_wanted"}, {}),
        ({"unpriced": "yes"}, {"unpriced": True}),
        ({"q": "overloaded"}, {"error_message": "The provider is Overloaded."}),
        ({"q": "4711"}, {"tags": {"cost_center": "4711"}}),
    ],
)
def test_each_filter_finds_its_request(
    filters: dict[str, Any], different: dict[str, Any], admin: Client, organization: Organization
) -> None:
    make_request(organization)
    make_request(organization, request_id="req_wanted", **different)
    assert listed(admin, organization, **filters) == ["req_wanted"]


def test_filters_by_key_and_team(admin: Client, things: Things) -> None:
    wanted = make_request(things.organization, team_id=things.team.pk, team="Search", key_id=things.key.pk + 1)
    assert listed(admin, things.organization, team=things.team.pk) == [wanted.request_id]
    assert listed(admin, things.organization, key=things.key.pk) == [things.request.request_id]


def test_a_foreign_key_is_no_filter(admin: Client, things: Things, stranger: Organization) -> None:
    make_request(stranger, key_id=things.key.pk)
    assert listed(admin, things.organization, key=things.key.pk) == [things.request.request_id]


def test_the_range_bounds_what_is_listed(admin: Client, organization: Organization) -> None:
    now = timezone.now()
    ages = {"m": timedelta(minutes=5), "h": timedelta(hours=5), "d": timedelta(days=3), "w": timedelta(days=20)}
    for name, age in ages.items():
        make_request(organization, at=now - age, request_id=name)
    assert listed(admin, organization, range="1h") == ["m"]
    assert listed(admin, organization) == ["m", "h"]
    assert listed(admin, organization, range="7d") == ["m", "h", "d"]
    assert listed(admin, organization, range="30d") == ["m", "h", "d", "w"]
    custom = {
        "range": "custom",
        "start": (now - timedelta(days=4)).isoformat(),
        "end": (now - timedelta(hours=1)).isoformat(),
    }
    assert listed(admin, organization, **custom) == ["h", "d"]
    assert listed(admin, organization, range="1h", request_id="w") == ["w"]  # an id is found at any time


@pytest.mark.parametrize(
    "nonsense", [{"range": "x"}, {"range": "custom", "start": "9999"}, {"before": "~"}, {"after": "x~y"}]
)
def test_a_mistyped_address_still_shows_a_page(nonsense: dict[str, str], admin: Client, things: Things) -> None:
    assert listed(admin, things.organization, **nonsense) == [things.request.request_id]


def test_pages_go_there_and_back_without_losing_a_row(organization: Organization) -> None:
    now = timezone.now()
    # Several rows share a moment, across the border of a page too.
    made = [make_request(organization, at=now - timedelta(seconds=number // 3)) for number in range(10)]
    everything = [event.pk for event in sorted(made, key=lambda event: (event.at, event.id), reverse=True)]
    events = UsageEvent.objects.filter(organization_id=organization.pk)

    first = page_of(events, before=None, after=None, size=4)
    second = page_of(events, before=first.older, after=None, size=4)
    third = page_of(events, before=second.older, after=None, size=4)
    assert [event.pk for page in (first, second, third) for event in page.rows] == everything
    assert first.newer is None
    assert third.older is None
    back = page_of(events, before=None, after=third.newer, size=4)
    assert [event.pk for event in back.rows] == [event.pk for event in second.rows]
    assert page_of(events, before=None, after=back.newer, size=4).newer is None


def test_the_page_links_to_older_requests(admin: Client, organization: Organization, monkeypatch) -> None:
    for number in range(keyset.SIZE + 1):
        make_request(organization, at=timezone.now() - timedelta(seconds=number), request_id=str(number))
    page = admin.get(f"/o/{organization.slug}/requests/").context["log"]
    assert listed(admin, organization, before=page.older) == [str(keyset.SIZE)]


def test_a_search_that_takes_too_long_says_so(admin: Client, things: Things, monkeypatch) -> None:
    def slow(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    monkeypatch.setattr("gateway_platform.overview.requests.SEARCH_MS", 50)
    monkeypatch.setattr("gateway_platform.overview.window.page_of", slow)
    assert "takes too long" in admin.get(things.url("requests")).content.decode()


def test_the_detail_tells_what_happened_and_what_it_cost(admin: Client, organization: Organization) -> None:
    failed = {
        "deployment": "mini",
        "provider": "main",
        "model": "m",
        "status": 429,
        "error": "rate_limit",
        "ms": 40,
        "cost": 0,
    }
    event = make_request(
        organization, attempts=[failed, failed | {"status": 200, "error": ""}], cached_input_tokens=200,
        tags={"cost_center": "4711"}, error_code="late", error_message="<b>oops</b>",
    )  # fmt: skip
    page = admin.get(f"/o/{organization.slug}/requests/{event.id}/").content.decode()
    for expected in ("Rate limit (429)", "$0.15", "$0.60", "$0.000345", "the deployment's own", "cost_center = 4711"):
        assert expected in page
    assert "<b>oops" not in page
    drawer = admin.get(f"/o/{organization.slug}/requests/{event.id}/", headers={"HX-Request": "true"}).content.decode()
    assert drawer.startswith("<dialog")


def test_no_such_request(admin: Client, organization: Organization) -> None:
    assert admin.get(f"/o/{organization.slug}/requests/{uuid4()}/").status_code == 404


# B2
def test_an_unpriced_request_is_shown_as_such(admin: Client, organization: Organization) -> None:
    event = make_request(organization, unpriced=True, cost_nano=0, price=None)
    assert "Unpriced" in admin.get(f"/o/{organization.slug}/requests/").content.decode()
    assert "No price is known" in admin.get(f"/o/{organization.slug}/requests/{event.id}/").content.decode()


def test_the_export_holds_the_filtered_rows(admin: Client, organization: Organization, monkeypatch) -> None:
    monkeypatch.setattr("gateway_platform.overview.export.BATCH", 2)
    for number in range(5):
        make_request(organization, route="smart", end_user="=HYPERLINK()", request_id=f"req_{number}")
    make_request(organization)
    answer = admin.get(f"/o/{organization.slug}/requests/export.csv", {"route": "smart"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="requests-')
    rows = list(csv.DictReader(io.StringIO(_read(answer))))
    assert {row["request_id"] for row in rows} == {f"req_{number}" for number in range(5)}
    assert rows[0]["end_user"] == "'=HYPERLINK()"  # a spreadsheet must not run it
    assert rows[0]["cost"] == "0.000345000"


def _read(answer: Any) -> str:
    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(read)().decode()


def test_the_log_takes_the_same_queries_however_long(
    admin: Client, things: Things, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        make_request(things.organization)
    with django_assert_max_num_queries(18):
        admin.get(things.url("requests"))
