"""Connections to the database stay bounded, however many requests come."""

import asyncio
from collections.abc import Callable

import pytest
from django.db import connection

from tests.load import Load, send_requests, session
from tests.tenant import Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

AT_ONCE = 20


def sessions_in_this_database() -> int:
    """How many PostgreSQL has, ours included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def chats(tenant: Tenant, route: str, count: int) -> None:
    """Through the data plane."""
    assert all(answer.ok for answer in send_requests(tenant, route, count, Load(AT_ONCE)))


def api_calls(tenant: Tenant, route: str, count: int) -> None:
    """Through Django, which looks the token up in the database."""

    async def call_all() -> None:
        headers = {"authorization": "Token unknown-but-looked-up"}
        async with session() as client:
            for _ in range(count // AT_ONCE):
                url = f"{tenant.gateway.url}/api/v1/organizations/"
                answers = await asyncio.gather(*(client.get(url, headers=headers) for _ in range(AT_ONCE)))
                assert {answer.status for answer in answers} == {401}
                await asyncio.gather(*(answer.read() for answer in answers))

    asyncio.run(call_all())


# B47
@pytest.mark.parametrize("send", [chats, api_calls])
def test_they_stay_bounded_over_a_thousand_requests(
    tenant: Tenant, upstream: Upstream, send: Callable[[Tenant, str, int], None]
) -> None:
    route = tenant.route(upstream.site("ok"))
    send(tenant, route, 100)
    before = sessions_in_this_database()

    send(tenant, route, 1000)

    eventually(lambda: sessions_in_this_database() <= before + 2)  # the last ones are being closed
    assert before < 20
