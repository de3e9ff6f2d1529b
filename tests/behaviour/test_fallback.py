"""Before the first content any failure moves on, as often as configured; a dead deployment is left alone."""

from decimal import Decimal

import pytest

from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import SiteHandle, Upstream
from tests.waiting import eventually

BEFORE_CONTENT = [
    *("status-429", "status-500", "status-503", "status-529", "status-401", "status-404"),
    *("error-event-first", "cut-after-0"),
]
# A whole answer has no first token to wait for: there the total limit ends the request.
IN_A_STREAM = ["hang", "slow-first-token-30", "cut-after-1", "end-after-1", "comments-only", "stall-after-1"]
CASES = [(scenario, stream) for stream in (False, True) for scenario in BEFORE_CONTENT] + [
    (scenario, True) for scenario in IN_A_STREAM
]


# Not a byte comes: on a connection of the pool that is taken for one gone stale, and the request is sent once more.
SILENT = ("cut-after-0", True)


def user_calls(site: SiteHandle) -> int:
    """Calls that carry a user's chat, as opposed to probes."""
    return len([request for request in site.requests if request["path"].endswith("/chat/completions")])


# B7, B25: the fallback answers, and one row holds both attempts and one charge
@pytest.mark.parametrize(("scenario", "stream"), CASES)
def test_a_failure_before_content_is_answered_by_the_fallback(
    tenant: Tenant, upstream: Upstream, scenario: str, stream: bool
) -> None:
    bad, good = upstream.site(scenario), upstream.site("ok")
    route = tenant.route(bad, good, timeouts={"first_token": 0.5})

    if stream:
        answer = tenant.stream(route)
        response = answer.response
        assert (answer.text, answer.done, answer.errors) == (replies.TEXT, True, [])
    else:
        response = tenant.chat(route)
        assert response.json()["choices"][0]["message"]["content"] == replies.TEXT

    assert response.status_code == 200
    assert response.headers["x-gateway-attempts"] == "2"
    assert bad.calls in ((1, 2) if (scenario, stream) == SILENT else (1,))
    assert good.calls == 1
    row = tenant.row(response)
    assert len(row.attempts) == 2
    assert row.attempts[0]["error"]
    assert (row.outcome, row.input_tokens) == ("ok", replies.USAGE["prompt_tokens"])
    assert Decimal(response.headers.get("x-gateway-cost", row.cost)) == row.cost


# B26
@pytest.mark.parametrize("retries", [0, 1, 2])
@pytest.mark.parametrize("targets", [1, 2])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_attempts_are_as_many_as_configured(
    tenant: Tenant, upstream: Upstream, retries: int, targets: int, stream: bool
) -> None:
    sites = [upstream.site("status-500") for _ in range(targets)]
    route = tenant.route(*sites, retries=retries)

    response = tenant.stream(route).response if stream else tenant.chat(route)

    assert response.status_code >= 500
    assert [site.calls for site in sites] == [1 + retries] * targets
    assert response.headers["x-gateway-attempts"] == str(targets * (1 + retries))
    row = tenant.row(response)
    assert len(row.attempts) == targets * (1 + retries)
    assert (row.outcome, row.cost) == ("error", 0)


# B26: a request that is itself at fault is not tried again, anywhere
def test_a_bad_request_is_tried_once(tenant: Tenant, upstream: Upstream) -> None:
    first, second = upstream.site("status-400"), upstream.site("ok")

    response = tenant.chat(tenant.route(first, second, retries=3))

    assert response.status_code == 400
    assert (first.calls, second.calls) == (1, 0)


# B25
def test_a_retry_is_one_row_and_one_charge(tenant: Tenant, upstream: Upstream) -> None:
    flaky, steady = (tenant.route(upstream.site(name), retries=2) for name in ("flaky-2", "ok"))

    retried, single = (tenant.row(tenant.chat(route)) for route in (flaky, steady))

    assert [attempt["status"] for attempt in retried.attempts] == [500, 500, 200]
    assert retried.cost == single.cost > 0
    assert len(tenant.rows(count=2)) == 2


# B49: the provider closes its idle connections
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_stale_connection_is_never_used_again(tenant: Tenant, upstream: Upstream, stream: bool) -> None:
    route = tenant.route(upstream.site("ok-then-close"))

    answers = [tenant.stream(route).response if stream else tenant.chat(route) for _ in range(50)]

    assert [answer.status_code for answer in answers] == [200] * 50


# B37
def test_a_dead_primary_is_skipped_and_probed_but_not_tried_by_users(tenant: Tenant, upstream: Upstream) -> None:
    primary, fallback = upstream.site("down"), upstream.site("ok")
    route = tenant.route(primary, fallback)

    attempts = [tenant.chat(route).headers["x-gateway-attempts"] for _ in range(20)]

    assert attempts[-10:] == ["1"] * 10
    assert user_calls(primary) < 10
    assert fallback.calls == 20
    seen_by_users = user_calls(primary)
    eventually(lambda: primary.calls > seen_by_users, within=10)  # a probe
    assert tenant.chat(route).headers["x-gateway-attempts"] == "1"

    primary.release()

    answered_by = {tenant.chat(route).headers["x-gateway-deployment"]}
    back = eventually(lambda: {tenant.chat(route).headers["x-gateway-deployment"]} - answered_by, within=40, every=0.2)
    assert len(back) == 1
    assert tenant.chat(route).headers["x-gateway-attempts"] == "1"
