"""How much of the log one page of a search looks at, and that no row gets lost between the pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway_platform.overview import window
from tenants.models import Organization
from tests.billing.events import make_event
from tests.billing.filling import insert_events

HOURS = 40
LAST_MONTH = {"range": "30d"}


@pytest.fixture
def now(organization: Organization) -> datetime:
    """Two requests an hour; every tenth hour one of them is rare in every way."""
    now = timezone.now()
    rare = {"route": "rare", "end_user": "ada", "outcome": "truncated", "status": 418, "error_message": "odd"}
    insert_events(
        make_event(
            **{
                "organization_id": organization.pk, "end_user": "", "request_id": f"{hour}-{number}",
                "at": int((now - timedelta(hours=hour, seconds=number + 1)).timestamp() * 1_000_000),
                **(rare if number and hour % 10 == 9 else {}),
            }
        )
        for hour in range(HOURS)
        for number in range(2)
    )  # fmt: skip
    return now


RARE = [f"{hour}-1" for hour in range(9, HOURS, 10)]
EVERY_KIND = [
    {"route": "rare"}, {"status": 418}, {"q": "odd"}, {"outcome": "truncated"}, {"outcome": "failed"},
    {"end_user": "ada"}, {"end_user": "ada", "status": 418}, {"route": "rare", "q": "odd"},
]  # fmt: skip


def walk(browser: Client, organization: Organization, link: str, start: dict[str, Any]) -> tuple[list[str], int]:
    """The request ids of all pages, following one of the links, and how many pages they were."""
    found: list[str] = []
    query = start
    for pages in range(1, 100):
        log = browser.get(f"/o/{organization.slug}/requests/", query).context["log"]
        ids = [event.request_id for event in log.rows]
        found += ids if link == "older" else ids[::-1]
        cursor = getattr(log, link)
        if cursor is None:
            return found, pages
        query = start | {"before" if link == "older" else "after": cursor}
    raise AssertionError("the pages never end")


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("filters", EVERY_KIND)
@pytest.mark.parametrize(("looked_at", "lines"), [(1, 50_000), (50_000, 3), (50_000, 50_000)])
def test_pages_that_end_early_lose_nothing(
    filters: dict[str, Any], looked_at: int, lines: int, admin: Client, organization: Organization, monkeypatch
) -> None:
    monkeypatch.setattr(window, "LOOKED_AT", looked_at)
    monkeypatch.setattr(window, "MOST_LINES", lines)
    found, _ = walk(admin, organization, "older", LAST_MONTH | filters)
    assert found == RARE


@pytest.mark.parametrize("looked_at", [1, 7])
def test_the_way_back_loses_nothing_either(
    looked_at: int, now: datetime, admin: Client, organization: Organization, monkeypatch
) -> None:
    monkeypatch.setattr(window, "LOOKED_AT", looked_at)
    bottom = window.cursor_of(now - timedelta(days=10), window.NOWHERE)
    first = LAST_MONTH | {"q": "odd", "after": bottom}
    found, pages = walk(admin, organization, "newer", first)
    assert found == RARE[::-1]
    assert pages > 3


@pytest.mark.usefixtures("now")
def test_a_page_that_ends_early_says_where(admin: Client, organization: Organization, monkeypatch) -> None:
    monkeypatch.setattr(window, "LOOKED_AT", 4)
    page = admin.get(f"/o/{organization.slug}/requests/", LAST_MONTH | {"q": "nowhere"})
    assert "Nothing matches back to" in page.content.decode()
    assert "Look further back" in page.content.decode()
    _, pages = walk(admin, organization, "older", LAST_MONTH | {"q": "nowhere"})
    assert HOURS / 4 < pages <= HOURS


# B30
@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("filters", [{"status": 418}, {"q": "nowhere"}, {"status": 418, "route": "default"}])
def test_a_page_reads_no_more_rows_than_it_may(
    filters: dict[str, Any], admin: Client, organization: Organization, monkeypatch
) -> None:
    monkeypatch.setattr(window, "LOOKED_AT", 10)
    assert rows_read(admin, organization, filters) <= 10 + 2  # the quarter hour that it ends in is read to its end


# B30
@pytest.mark.usefixtures("now")
def test_what_the_rollups_know_to_be_absent_is_not_searched(admin: Client, organization: Organization) -> None:
    assert rows_read(admin, organization, {"route": "nowhere"}) == 0


# B30
@pytest.mark.usefixtures("now")
def test_an_end_user_is_found_by_an_index(admin: Client, organization: Organization) -> None:
    plan = explain(log_query(admin, organization, {"end_user": "ada"}), "COSTS OFF")
    assert "_end_user_at_idx" in plan
    assert "Filter:" not in plan


def log_query(browser: Client, organization: Organization, filters: dict[str, Any]) -> str | None:
    """The statement that reads the page's rows."""
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/o/{organization.slug}/requests/", LAST_MONTH | filters)
    found = [query["sql"] for query in queries if 'FROM "billing_usageevent"' in query["sql"]]
    assert len(found) < 2
    return found[0] if found else None


def rows_read(browser: Client, organization: Organization, filters: dict[str, Any]) -> int:
    """How many rows of the ledger the page looks at, shown or not, by PostgreSQL's own count."""
    query = log_query(browser, organization, filters)
    return sum(_rows(node) for node in _nodes(explain(query, "ANALYZE, FORMAT JSON")[0]["Plan"])) if query else 0


def explain(query: str | None, options: str) -> Any:
    """With sequential scans forbidden: on a few rows they would always win."""
    assert query
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN ({options}) {query}")
        rows = [row[0] for row in cursor.fetchall()]
    return "\n".join(rows) if isinstance(rows[0], str) else rows[0]


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in _nodes(inner))]


def _rows(node: dict[str, Any]) -> int:
    return node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if "Relation Name" in node else 0
