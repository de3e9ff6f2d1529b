"""Large bodies, counting tokens and fragmented streams never block a worker, and connections stay bounded."""

import asyncio
import time

import aiohttp
import pytest
from django.db import connection

from tests.load import ask, requests_in_parallel, session
from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream

LIMIT = 0.1  # seconds that /healthz may take
TRIES = 3  # a busy machine may delay one; a blocked loop delays all
FIVE_MEGABYTES = "word " * 1024 * 1024


async def slowest_health_check(url: str, client: aiohttp.ClientSession, busy: "asyncio.Future[object]") -> float:
    """The longest wait for `/healthz` while something else runs."""
    slowest = 0.0
    while not busy.done():
        started = time.monotonic()
        async with client.get(f"{url}/healthz") as response:
            assert response.status == 200
        slowest = max(slowest, time.monotonic() - started)
        await asyncio.sleep(0.01)
    return slowest


async def large_requests(client: aiohttp.ClientSession, tenant: Tenant, model: str) -> None:
    """Four chats of five megabytes at once."""
    body = chat_body(model, messages=[{"role": "user", "content": FIVE_MEGABYTES}])
    headers = {"authorization": f"Bearer {tenant.secret}"}

    async def send() -> None:
        url = f"{tenant.gateway.url}/v1/chat/completions"
        async with client.post(url, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()

    await asyncio.gather(*(send() for _ in range(4)))


async def fragmented_streams(client: aiohttp.ClientSession, tenant: Tenant, model: str) -> None:
    """Eight streams, a byte at a time."""
    answers = await asyncio.gather(*(ask(client, tenant, model, stream=True) for _ in range(8)))
    assert all(answer.ok for answer in answers), answers


# B24: `no-usage` makes the gateway count the tokens of five megabytes itself
@pytest.mark.parametrize(
    ("scenario", "work"),
    [("ok", large_requests), ("no-usage", large_requests), ("drip", fragmented_streams)],
    ids=["large", "counted", "fragmented"],
)
def test_health_is_answered_at_once_whatever_else_goes_on(
    tenant: Tenant, upstream: Upstream, scenario: str, work: type
) -> None:
    route = tenant.route(upstream.site(scenario))

    async def measure() -> float:
        async with session() as client:
            busy = asyncio.ensure_future(work(client, tenant, route))
            slowest = await slowest_health_check(tenant.gateway.url, client, busy)
            await busy
            return slowest

    assert min(asyncio.run(measure()) for _ in range(TRIES)) < LIMIT


def connections_to_this_database() -> int:
    """How many sessions PostgreSQL has for it, ours included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        row = cursor.fetchone()
    return int(row[0])


# B47: pages go through Django, chats do not
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/accounts/login/"])
def test_database_connections_stay_bounded_over_a_thousand_requests(
    tenant: Tenant, upstream: Upstream, path: str
) -> None:
    route = tenant.route(upstream.site("ok"))

    async def pages(count: int) -> None:
        async with session() as client:
            for _ in range(count // 20):
                await asyncio.gather(*(page(client) for _ in range(20)))

    async def page(client: aiohttp.ClientSession) -> None:
        async with client.get(tenant.gateway.url + path) as response:
            assert response.status == 200

    async def chats(count: int) -> None:
        answers = await requests_in_parallel(tenant, route, count, at_once=20)
        assert all(answer.ok for answer in answers)

    send = chats if path.startswith("/v1") else pages
    asyncio.run(send(100))
    before = connections_to_this_database()
    asyncio.run(send(1000))

    assert connections_to_this_database() <= before + 2
    assert before < 20
