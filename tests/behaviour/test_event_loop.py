"""Large bodies, counting tokens and fragmented streams never block a worker's event loop."""

import http.client
import time
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import orjson
import pytest

from tests.gateway import Gateway
from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream

LIMIT = 0.1  # seconds that /healthz may take
TRIES = 5  # a busy machine delays some of them; a blocked loop delays all
AT_ONCE = 4
LARGE = [{"role": "user", "content": "word " * 1024 * 1024}]  # five megabytes


def connect(gateway: Gateway) -> http.client.HTTPConnection:
    """A plain connection, since a cleverer client would be the slower part."""
    return http.client.HTTPConnection(urlsplit(gateway.url).netloc, timeout=60)


def send(tenant: Tenant, body: bytes) -> int:
    """Post a chat and read the answer; gives its status."""
    connection = connect(tenant.gateway)
    connection.request("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {tenant.secret}"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def slowest_health_check(gateway: Gateway, busy: list[Future[int]]) -> float:
    """The longest wait for `/healthz` while requests are under way."""
    connection, slowest = connect(gateway), 0.0
    while not all(future.done() for future in busy):
        started = time.monotonic()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.005)
    connection.close()
    return slowest


# B24: with `no-usage` the gateway counts the tokens of five megabytes itself
@pytest.mark.parametrize(
    ("scenario", "body"),
    [("ok", {"messages": LARGE}), ("no-usage", {"messages": LARGE, "stream": True}), ("drip", {"stream": True})],
    ids=["large", "counted", "fragmented"],
)
def test_health_is_answered_at_once(tenant: Tenant, upstream: Upstream, scenario: str, body: dict[str, object]) -> None:
    request = orjson.dumps(chat_body(tenant.route(upstream.site(scenario)), **body))

    def measure() -> float:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            busy = [pool.submit(send, tenant, request) for _ in range(AT_ONCE)]
            slowest = slowest_health_check(tenant.gateway, busy)
            assert [future.result() for future in busy] == [200] * AT_ONCE
        return slowest

    assert min(measure() for _ in range(TRIES)) < LIMIT
