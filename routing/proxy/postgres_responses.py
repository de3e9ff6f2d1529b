"""Stored responses in PostgreSQL, through a small pool that opens when it is first needed."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool

from routing.proxy.stored import KEPT_SECONDS, StoredResponse, StoreUnavailable
from routing.wire import json_text

MOST_CONNECTIONS = 4
WAIT_SECONDS, STATEMENT_SECONDS = 2.0, 5.0  # for a connection, and for the answer with it
# After a failure nobody waits for the database for so long.
PAUSE_SECONDS = 5.0
LONGEST_CHAIN = 1000

_FIELDS: LiteralString = (
    "r.organization_id, r.response_id, r.previous_id, r.deployment_id, r.at_provider, r.body, r.items, r.item_ids"
)
_GET: LiteralString = f"""
SELECT {_FIELDS} FROM routing_storedresponse r
WHERE organization_id = %(organization)s AND response_id = %(id)s AND expires_at > now()
"""  # noqa: S608
# Back from the last one, as long as there is room; what the provider holds it holds with all before it.
_CHAIN: LiteralString = f"""
WITH RECURSIVE chain AS (
    SELECT id, organization_id, previous_id, at_provider, 1 AS depth, length(body) + length(items) AS size
    FROM routing_storedresponse
    WHERE organization_id = %(organization)s AND response_id = %(id)s AND expires_at > now()
    UNION ALL
    SELECT r.id, r.organization_id, r.previous_id, r.at_provider, c.depth + 1, c.size + length(r.body) + length(r.items)
    FROM chain c JOIN routing_storedresponse r
      ON r.organization_id = c.organization_id AND r.response_id = c.previous_id AND r.expires_at > now()
    WHERE NOT c.at_provider AND c.depth < %(longest)s AND c.size <= %(limit)s
)
SELECT {_FIELDS} FROM chain JOIN routing_storedresponse r USING (id) WHERE chain.size <= %(limit)s
ORDER BY depth DESC
"""  # noqa: S608
_WITH_ITEMS: LiteralString = f"""
SELECT {_FIELDS} FROM routing_storedresponse r
WHERE organization_id = %(organization)s AND item_ids && %(items)s::text[] AND expires_at > now()
"""  # noqa: S608
_PUT: LiteralString = """
WITH RECURSIVE before AS (
    SELECT id, organization_id, previous_id FROM routing_storedresponse
    WHERE organization_id = %(organization)s AND response_id = %(previous)s
    UNION
    SELECT r.id, r.organization_id, r.previous_id FROM before b JOIN routing_storedresponse r
      ON r.organization_id = b.organization_id AND r.response_id = b.previous_id
), kept AS (
    UPDATE routing_storedresponse r SET expires_at = now() + %(kept)s::interval FROM before b
    WHERE r.id = b.id AND r.expires_at < now() + %(kept)s::interval - interval '1 day'
)
INSERT INTO routing_storedresponse
    (organization_id, response_id, previous_id, deployment_id, at_provider, body, items, item_ids,
     created_at, expires_at)
VALUES (%(organization)s, %(id)s, %(previous)s, %(deployment)s, %(at_provider)s, %(body)s, %(items)s, %(item_ids)s,
    now(), now() + %(kept)s::interval)
ON CONFLICT (organization_id, response_id) DO NOTHING
"""
_DELETE: LiteralString = """
DELETE FROM routing_storedresponse WHERE organization_id = %(organization)s AND response_id = %(id)s RETURNING id
"""


class PostgresResponses:
    """The `ResponseStore` of a worker."""

    def __init__(self, dsn: str) -> None:
        self._pool = AsyncConnectionPool(
            dsn, min_size=0, max_size=MOST_CONNECTIONS, open=False, timeout=WAIT_SECONDS, reconnect_timeout=1.0,
            check=AsyncConnectionPool.check_connection, kwargs={"autocommit": True}, name="stored responses",
        )  # fmt: skip
        self._paused_until = 0.0

    async def close(self) -> None:
        await self._pool.close()

    async def get(self, organization_id: int, response_id: str) -> StoredResponse | None:
        rows = await self._run(_GET, organization=organization_id, id=response_id)
        return _read(rows[0]) if rows else None

    async def chain(self, organization_id: int, response_id: str, limit: int) -> list[StoredResponse]:
        bounds = {"limit": limit, "longest": LONGEST_CHAIN}
        return [_read(row) for row in await self._run(_CHAIN, organization=organization_id, id=response_id, **bounds)]

    async def with_items(self, organization_id: int, item_ids: Sequence[str]) -> list[StoredResponse]:
        rows = await self._run(_WITH_ITEMS, organization=organization_id, items=list(item_ids))
        return [_read(row) for row in rows]

    async def put(self, response: StoredResponse) -> None:
        await self._run(
            _PUT,
            organization=response.organization_id,
            id=response.response_id,
            previous=response.previous_id,
            deployment=response.deployment_id,
            at_provider=response.at_provider,
            body=json_text.write(response.body),
            items=json_text.write(response.items),
            item_ids=list(response.item_ids),
            kept=f"{KEPT_SECONDS} seconds",
        )

    async def delete(self, organization_id: int, response_id: str) -> bool:
        return bool(await self._run(_DELETE, organization=organization_id, id=response_id))

    async def _run(self, statement: LiteralString, **parameters: Any) -> list[tuple[Any, ...]]:
        """Raises `StoreUnavailable`."""
        if time.monotonic() < self._paused_until:
            raise StoreUnavailable
        try:
            async with asyncio.timeout(STATEMENT_SECONDS):
                await self._pool.open()  # does nothing once it is
                async with self._pool.connection() as connection:
                    cursor = await connection.execute(statement, parameters)
                    return await cursor.fetchall() if cursor.description else []
        except (psycopg.DataError, psycopg.IntegrityError) as error:  # of this one alone
            raise StoreUnavailable from error
        except (psycopg.Error, TimeoutError, OSError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            raise StoreUnavailable from error


def _read(row: tuple[Any, ...]) -> StoredResponse:
    organization_id, response_id, previous_id, deployment_id, at_provider, body, items, item_ids = row
    return StoredResponse(
        organization_id, response_id, previous_id, deployment_id, at_provider,
        json_text.read(body), json_text.read(items), item_ids,
    )  # fmt: skip
