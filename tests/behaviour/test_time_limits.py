"""Connect, first token, idle gap and total: each limit fires, keep-alives or not."""

import time

import pytest

from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream
from tests.upstream.unreachable import unreachable_url

LONG = {"connect": 30.0, "first_token": 30.0, "idle": 30.0, "total": 60.0}
LIMIT = 0.6  # seconds
SLACK = 3.0  # what a busy machine may add


# B9
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_connect(tenant: Tenant, upstream: Upstream, stream: bool) -> None:
    with unreachable_url() as url:
        targets = [{"deployment": tenant.deployment(address)} for address in (url, upstream.site("ok").base_url)]
        route = tenant.route_to(targets, retries=0, timeouts={**LONG, "connect": LIMIT})  # type: ignore[arg-type]
        started = time.monotonic()
        response = tenant.stream(route).response if stream else tenant.chat(route)

    assert LIMIT <= time.monotonic() - started < LIMIT + SLACK
    assert response.status_code == 200
    assert response.headers["x-gateway-attempts"] == "2"


# B9
@pytest.mark.parametrize("scenario", ["hang", "comments-only", "stall-after-1", "comments-after-1"])
def test_first_token(tenant: Tenant, upstream: Upstream, scenario: str) -> None:
    site = upstream.site(scenario)
    route = tenant.route(site, timeouts={**LONG, "first_token": LIMIT})
    started = time.monotonic()

    response = tenant.stream(route).response

    assert LIMIT <= time.monotonic() - started < LIMIT + SLACK
    assert response.status_code == 504
    assert response.json()["error"]["code"]
    assert tenant.row(response).outcome == "error"
    assert site.outcomes == {"client left": 1}


# B9
@pytest.mark.parametrize("scenario", ["stall-after-3", "comments-after-3"])
def test_idle_gap(tenant: Tenant, upstream: Upstream, scenario: str) -> None:
    site = upstream.site(scenario)
    route = tenant.route(site, timeouts={**LONG, "idle": LIMIT})
    started = time.monotonic()

    stream = tenant.stream(route)

    assert LIMIT <= time.monotonic() - started < LIMIT + SLACK
    assert stream.text == "".join(replies.WORDS[:2])
    assert (len(stream.errors), stream.done) == (1, False)
    assert tenant.row(stream.response).outcome == "truncated"
    assert site.outcomes == {"client left": 1}


# B9
def test_total_of_a_stream(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("endless"), timeouts={**LONG, "total": LIMIT})
    started = time.monotonic()

    stream = tenant.stream(route)

    assert LIMIT <= time.monotonic() - started < LIMIT + SLACK
    assert stream.text.startswith("more more")
    assert (len(stream.errors), stream.done) == (1, False)
    assert tenant.row(stream.response).cost > 0


# B9: the total holds over all attempts together
def test_total_of_a_whole_answer(tenant: Tenant, upstream: Upstream) -> None:
    sites = [upstream.site("hang"), upstream.site("hang")]
    route = tenant.route(*sites, retries=2, timeouts={**LONG, "total": LIMIT})
    started = time.monotonic()

    response = tenant.chat(route)

    assert LIMIT <= time.monotonic() - started < LIMIT + SLACK
    assert response.status_code == 504
    assert tenant.row(response).outcome == "error"


# B9: limits that are not reached do no harm
def test_a_slow_but_steady_stream_is_left_alone(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("paced-60"), timeouts={**LONG, "first_token": 1.0, "idle": 1.0})

    stream = tenant.stream(route)

    assert stream.done
    assert stream.text == "tick " * 60
