"""Stored responses in a real PostgreSQL, and without one."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from gateway_platform.database import dsn
from routing.models import StoredResponse as Row
from routing.proxy.postgres_responses import MOST_CONNECTIONS, WAIT_SECONDS, PostgresResponses
from routing.proxy.stored import KEPT_SECONDS, StoredResponse, StoreUnavailable
from routing.tasks import delete_expired_responses
from tenants.models import Organization
from tests.upstream.unreachable import unreachable_url

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 10_000_000


@pytest.fixture
def organization() -> int:
    return Organization.objects.create(slug="acme", name="Acme").pk


@pytest.fixture
async def store() -> AsyncIterator[PostgresResponses]:
    opened = PostgresResponses(dsn())
    yield opened
    await opened.close()


def response(organization: int, name: str, previous: str | None = None, **fields: Any) -> StoredResponse:
    known: dict[str, Any] = {
        "body": {"id": name, "output": []}, "items": [{"id": f"in_{name}"}], "item_ids": [f"msg_{name}"],
        "deployment_id": 7,
    }  # fmt: skip
    return StoredResponse(organization, name, previous, **{**known, **fields})


async def test_what_is_put_is_found_until_it_is_deleted(store: PostgresResponses, organization: int) -> None:
    kept = response(organization, "a", body={"text": "NUL \0 and ünïcode ✓"})
    await store.put(kept)

    assert await store.get(organization, "a") == kept
    assert await store.with_items(organization, ["msg_a", "msg_none"]) == [kept]
    assert await store.delete(organization, "a")
    assert await store.get(organization, "a") is None
    assert not await store.delete(organization, "a")


# B29
async def test_another_organisation_finds_nothing(store: PostgresResponses, organization: int) -> None:
    other = (await Organization.objects.acreate(slug="other", name="Other")).pk
    await store.put(response(organization, "a"))
    await store.put(response(organization, "b", "a"))
    await store.put(response(other, "b", "a", items=[]))  # the same ids may be in both

    assert await store.get(other, "a") is None
    assert await store.with_items(other, ["msg_a"]) == []
    assert not await store.delete(other, "a")
    assert [one.response_id for one in await store.chain(other, "b", LIMIT)] == ["b"]
    assert [one.response_id for one in await store.chain(organization, "b", LIMIT)] == ["a", "b"]


async def test_a_chain_is_the_whole_conversation_in_order(store: PostgresResponses, organization: int) -> None:
    for name, previous in [("a", None), ("b", "a"), ("c", "b"), ("beside", "a")]:
        await store.put(response(organization, name, previous))
    assert [one.response_id for one in await store.chain(organization, "c", LIMIT)] == ["a", "b", "c"]
    assert [one.response_id for one in await store.chain(organization, "c", 60)] == ["c"]
    assert await store.chain(organization, "none", LIMIT) == []
    await store.delete(organization, "a")
    assert [one.response_id for one in await store.chain(organization, "c", LIMIT)] == ["b", "c"]


async def test_a_chain_ends_where_the_provider_holds_the_rest(store: PostgresResponses, organization: int) -> None:
    await store.put(response(organization, "a"))
    await store.put(response(organization, "b", "a", at_provider=True))
    await store.put(response(organization, "c", "b"))
    assert [one.response_id for one in await store.chain(organization, "c", LIMIT)] == ["b", "c"]


async def test_a_circle_does_not_turn_for_ever(store: PostgresResponses, organization: int) -> None:
    await store.put(response(organization, "a", "b"))
    await store.put(response(organization, "b", "a"))
    assert len(await store.chain(organization, "a", 1000)) < 100


async def test_what_is_continued_lives_on(store: PostgresResponses, organization: int) -> None:
    await store.put(response(organization, "a"))
    soon = timezone.now() + timedelta(days=1)
    await Row.objects.filter(response_id="a").aupdate(expires_at=soon)

    await store.put(response(organization, "b", "a"))

    row = await Row.objects.aget(response_id="a")
    assert row.expires_at.timestamp() == pytest.approx(time.time() + KEPT_SECONDS, abs=60)


async def test_what_has_expired_is_gone_and_then_deleted(store: PostgresResponses, organization: int) -> None:
    for name in ("old", "new"):
        await store.put(response(organization, name))
    await Row.objects.filter(response_id="old").aupdate(expires_at=timezone.now())
    assert await store.get(organization, "old") is None

    await asyncio.to_thread(_delete_expired)

    assert [row.response_id async for row in Row.objects.all()] == ["new"]


def _delete_expired() -> None:
    try:
        delete_expired_responses()
    finally:
        connection.close()


# B47
async def test_many_at_once_share_a_few_connections(store: PostgresResponses, organization: int) -> None:
    await asyncio.gather(*(store.put(response(organization, f"r{i}")) for i in range(50)))
    assert await Row.objects.acount() == 50
    assert store._pool.get_stats()["pool_size"] <= MOST_CONNECTIONS


async def test_one_that_cannot_be_written_does_not_hold_up_the_others(
    store: PostgresResponses, organization: int
) -> None:
    with pytest.raises(StoreUnavailable):
        await store.put(response(organization, "nul\0"))
    await store.put(response(organization, "fine"))
    assert await store.get(organization, "fine")


# B11
async def test_without_a_database_callers_wait_once_and_not_for_long() -> None:
    with unreachable_url() as url:
        nowhere = PostgresResponses(make_conninfo(dsn(), host="127.0.0.1", port=urlsplit(url).port))
        for longest in (WAIT_SECONDS + 1, 0.5):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await nowhere.get(1, "a")
            assert time.monotonic() - began < longest
        await nowhere.close()
