"""Ten thousand clients leave in the middle of a stream: nothing leaks."""

import asyncio
from urllib.parse import urlsplit

import orjson
import pytest

from tests.gateway import Gateway
from tests.load import Load, send_requests
from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream
from tests.waiting import eventually

pytestmark = pytest.mark.chaos

STREAMS, WARM_UP, AT_ONCE = 10_000, 2_000, 50
FLAT = 1.10  # memory after all of them, against memory after the first ones


def abort_streams(tenant: Tenant, route: str, count: int) -> None:
    """Open streams and hang up at the first words."""
    address = urlsplit(tenant.gateway.url)
    body = orjson.dumps(chat_body(route, stream=True))
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {tenant.secret}\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    numbers = iter(range(count))

    async def abort_one() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(request)
        answer = await reader.readuntil(b"data: ")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        writer.transport.abort()

    async def abort_on() -> None:
        for _ in numbers:
            await abort_one()

    async def abort_all() -> None:
        await asyncio.gather(*(abort_on() for _ in range(AT_ONCE)))

    asyncio.run(abort_all())


# B49, B5
def test_ten_thousand_aborted_streams_leak_nothing(alone: Gateway, private_upstream: Upstream) -> None:
    tenant = Tenant(alone)
    site = private_upstream.site("endless")
    endless, good = tenant.route(site), tenant.route(private_upstream.site("ok"))

    abort_streams(tenant, endless, WARM_UP)
    warm = alone.memory()
    abort_streams(tenant, endless, STREAMS - WARM_UP)

    eventually(lambda: site.outcomes == {"client left": STREAMS})
    eventually(lambda: private_upstream.open_connections == 0)
    assert alone.memory() < warm * FLAT
    assert all(answer.ok for answer in send_requests(tenant, good, 100, Load(AT_ONCE)))
    rows = tenant.rows(count=STREAMS + 100, within=30)
    assert len(rows) == STREAMS + 100
    assert {row.outcome for row in rows[:STREAMS]} == {"aborted"}
    assert "Traceback" not in alone.log.read_text()
