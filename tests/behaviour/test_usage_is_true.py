"""What a row says was used and charged is what happened, or is marked as doubtful; never a silent zero."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx
import pytest
from django.db import connection

from tests.gateway import Gateway
from tests.tenant import PRICE, Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream
from tests.waiting import eventually

MILLION = Decimal(1_000_000)
UNPRICED = "gateway_unpriced_requests_total"


def price_of(usage: replies.Json) -> Decimal:
    """The hand calculation: cached tokens are inside the prompt's, reasoning tokens inside the completion's."""
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    dollars = (
        (usage["prompt_tokens"] - cached) * Decimal(PRICE["input"])
        + cached * Decimal(PRICE["cached_input"])
        + usage["completion_tokens"] * Decimal(PRICE["output"])
    )
    return dollars / MILLION


def metric(gateway: Gateway, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = httpx.get(f"{gateway.url}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


# B1: usage is asked for and billed, hidden reasoning too, though the client neither asked nor sees it
def test_a_stream_is_billed_without_the_client_asking_for_usage(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")

    stream = tenant.stream(tenant.route(site))

    assert stream.done
    assert stream.text == replies.TEXT
    assert stream.usages == []
    assert all(event["choices"] for event in stream.events)
    [received] = site.requests
    assert received["body"]["stream_options"]["include_usage"] is True
    row = tenant.row(stream.response)
    assert (row.input_tokens, row.cached_input_tokens, row.output_tokens) == (1000, 300, 200)
    assert (row.reasoning_tokens, row.usage_source, row.unpriced) == (120, "provider", False)
    assert row.cost == price_of(replies.USAGE)


# B1: a client that does ask gets the chunk, once
def test_a_client_that_asks_for_usage_gets_it(tenant: Tenant, upstream: Upstream) -> None:
    stream = tenant.stream(tenant.route(upstream.site("ok")), stream_options={"include_usage": True})
    assert stream.usages == [replies.USAGE]


def test_a_whole_answer_is_billed(tenant: Tenant, upstream: Upstream) -> None:
    row = tenant.row(tenant.chat(tenant.route(upstream.site("ok"))))
    assert (row.input_tokens, row.output_tokens, row.cost) == (1000, 200, price_of(replies.USAGE))


# B2
@pytest.mark.parametrize("scenario", ["no-usage", "usage-absurd"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_missing_or_absurd_usage_is_never_a_silent_zero(
    tenant: Tenant, upstream: Upstream, scenario: str, stream: bool
) -> None:
    before = metric(tenant.gateway, UNPRICED)
    route = tenant.route(upstream.site(scenario))

    response = tenant.stream(route).response if stream else tenant.chat(route)

    assert response.status_code == 200
    row = tenant.row(response)
    assert row.unpriced
    assert row.cost >= 0
    assert 0 <= row.output_tokens < 1000
    assert metric(tenant.gateway, UNPRICED) == before + 1


# B2
def test_a_model_without_a_price_is_marked(tenant: Tenant, upstream: Upstream) -> None:
    deployment = tenant.deployment(upstream.site("ok").base_url, model="nobody-knows-this-model", price=None)
    route = tenant.route_to([{"deployment": deployment}])
    before = metric(tenant.gateway, UNPRICED)

    row = tenant.row(tenant.chat(route))

    assert row.unpriced
    assert (row.input_tokens, row.output_tokens) == (1000, 200)
    assert metric(tenant.gateway, UNPRICED) == before + 1


@contextmanager
def broken_ledger() -> Iterator[None]:
    """The ledger's table is away for a while."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE billing_usageevent RENAME TO billing_usageevent_away")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE billing_usageevent_away RENAME TO billing_usageevent")


# B2
def test_rows_wait_for_a_broken_ledger_and_that_is_visible(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))

    with broken_ledger():
        answers = [tenant.chat(route) for _ in range(5)]
        eventually(lambda: metric(tenant.gateway, "gateway_journal_pending_bytes") > 0)

    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(tenant.rows(count=5, within=20)) == 5
