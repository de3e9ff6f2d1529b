"""The client leaves: upstream is closed at once, one row says what was used, and the loop never blocks."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream
from tests.waiting import eventually

ONE_SECOND = 1.0


# B5
def test_leaving_a_stream_closes_upstream_within_a_second_and_bills_what_came(
    tenant: Tenant, upstream: Upstream
) -> None:
    site = upstream.site("endless")
    route = tenant.route(site)

    with tenant.open_stream(route) as response:
        lines = response.iter_lines()
        for _ in range(20):
            next(lines)
        left = time.monotonic()

    eventually(lambda: site.outcomes["client left"] == 1)
    [request] = site.requests
    assert request["ended"] - left < ONE_SECOND
    row = tenant.row(response)
    assert (row.outcome, row.usage_source) == ("aborted", "estimate")
    assert 5 <= row.output_tokens < 200
    assert row.input_tokens > 0
    assert row.cost > 0


# B5: no tokens, no charge
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_leaving_before_the_first_token_costs_nothing(tenant: Tenant, upstream: Upstream, stream: bool) -> None:
    site = upstream.site("hang")
    route = tenant.route(site)

    with pytest.raises(httpx.ReadTimeout):
        tenant.client(tenant.secret).post("/chat/completions", json=chat_body(route, stream=stream), timeout=0.5)
    left = time.monotonic()

    eventually(lambda: site.outcomes["client left"] == 1)
    assert site.requests[0]["ended"] - left < ONE_SECOND
    [row] = tenant.rows()
    assert (row.outcome, row.status) == ("aborted", 499)
    assert (row.input_tokens, row.output_tokens, row.cost) == (0, 0, 0)


# B5: the real usage, where the provider has sent it already
def test_leaving_after_the_usage_came_bills_the_provider_s_count(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("stall-at-the-end"))

    with tenant.open_stream(route, stream_options={"include_usage": True}) as response:
        assert next(line for line in response.iter_lines() if '"usage"' in line)

    row = tenant.row(response)
    assert (row.outcome, row.usage_source) == ("aborted", "provider")
    assert (row.input_tokens, row.output_tokens) == (1000, 200)


def abort(tenant: Tenant, method: str, path: str, body: bytes = b"") -> None:
    """Send a request on a raw socket and hang up without reading."""
    address = urlsplit(tenant.gateway.url)
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {tenant.secret}\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + body)


# B46
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/accounts/login/", "/api/v1/schema/"])
def test_aborted_requests_never_block_the_loop(tenant: Tenant, upstream: Upstream, path: str) -> None:
    route = tenant.route(upstream.site("hang"))
    good = tenant.route(upstream.site("ok"))
    body = httpx.Request("POST", "http://x", json=chat_body(route)).content if path.startswith("/v1") else b""

    slowest = 0.0
    for _ in range(30):
        abort(tenant, "POST" if body else "GET", path, body)
        started = time.monotonic()
        assert httpx.get(f"{tenant.gateway.url}/healthz", timeout=5).status_code == 200
        slowest = max(slowest, time.monotonic() - started)

    assert slowest < ONE_SECOND
    assert tenant.chat(good).status_code == 200
    assert httpx.get(f"{tenant.gateway.url}/accounts/login/", timeout=10).status_code == 200
