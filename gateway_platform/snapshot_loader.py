"""Reads keys and tenants for the data plane, and reads them anew when the control plane says that they changed.

Reading goes through the ORM, so it runs in a thread of its own with a connection of its own. Changes come by
LISTEN; what was missed while the connection was down is made up for on reconnecting, and by a timer.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import psycopg
from django.db import DatabaseError, InterfaceError, connection, transaction

from gateway_platform.database import dsn
from routing.proxy.metrics import RELOAD_FAILURES
from routing.proxy.snapshot import TenantSnapshot
from routing.proxy.tenants import TenantDirectory
from routing.publish import tenant_snapshot
from tenants.announce import CHANNEL
from tenants.dataplane.keys import KeyDirectory, KeysUnavailable
from tenants.dataplane.records import KeyRecord
from tenants.models import Organization
from tenants.publish import key_records

logger = logging.getLogger(__name__)
T = TypeVar("T")

REFRESH_SECONDS = 30.0  # the safety net, should a notification be lost
RECONNECT_SECONDS = 0.5
KEYS_AT_ONCE = 2_000  # so that requests for other keys come in between
READ_SECONDS = 5.0  # a request does not wait longer for a key


class SnapshotLoader:
    """Fills a worker's key and tenant directories and keeps them fresh."""

    def __init__(self) -> None:
        self.keys = KeyDirectory(self._load_key)
        self.tenants = TenantDirectory(self._load_tenant)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="snapshot")
        self._task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[Any]] = set()
        self.connected_once = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen(), name="snapshot listener")

    async def close(self) -> None:
        for task in [*self._background, *([self._task] if self._task else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        # In a lambda: `connection` stands for the connection of the thread that asks for an attribute of it.
        closing = asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        await asyncio.wait([closing], timeout=READ_SECONDS)  # a database that hangs does not hold up the end
        self._thread.shutdown(wait=False)

    async def refresh(self) -> None:
        """Read everything that is in memory anew. Raises `KeysUnavailable`; one tenant's trouble is not another's."""
        digests = self.keys.digests()
        for start in range(0, len(digests), KEYS_AT_ONCE):
            some = digests[start : start + KEYS_AT_ONCE]
            self.keys.replace(await self._read(partial(key_records, some)), some)
        for organization_id in self.tenants.ids():
            try:
                await self.tenants.reload(organization_id)
            except KeysUnavailable:
                raise
            except Exception:
                _note_failure(organization_id)

    async def _load_key(self, digest: bytes) -> KeyRecord | None:
        records = await self._read(lambda: key_records([digest]))
        return records[0] if records else None

    async def _load_tenant(self, organization_id: int) -> TenantSnapshot | None:
        return await self._read(lambda: _read_tenant(organization_id))

    async def _read(self, read: Callable[[], T]) -> T:
        """Run a read in the thread. Raises `KeysUnavailable` if the database does not answer."""
        reading = asyncio.get_running_loop().run_in_executor(self._thread, _with_fresh_connection, read)
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await reading
        except (DatabaseError, InterfaceError, TimeoutError) as error:
            raise KeysUnavailable(type(error).__name__) from error

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow_changes()
            except (psycopg.Error, OSError, KeysUnavailable) as error:
                RELOAD_FAILURES.inc()
                logger.warning("configuration changes cannot be followed for now: %s", type(error).__name__)
            except Exception:  # a bug; to follow no further changes would be worse
                RELOAD_FAILURES.inc()
                logger.exception("configuration changes cannot be followed for now")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow_changes(self) -> None:
        listener = await psycopg.AsyncConnection.connect(dsn(), autocommit=True, connect_timeout=5)
        async with listener:
            await listener.execute(f"LISTEN {CHANNEL}")
            await self.refresh()  # what was announced while nobody listened
            self.connected_once = True
            while True:
                async for notification in listener.notifies(timeout=REFRESH_SECONDS):
                    self._changed(notification.payload)
                await _check_alive(listener)
                await self.refresh()

    def _changed(self, payload: str) -> None:
        """`key:<hex digest>` or `tenant:<id>`."""
        what, _, value = payload.partition(":")
        if what == "key":
            self.keys.forget(bytes.fromhex(value))
        elif what == "tenant" and self.tenants.holds(int(value)):
            task = asyncio.create_task(self._reload(int(value)))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _reload(self, organization_id: int) -> None:
        try:
            await self.tenants.reload(organization_id)
        except Exception:
            _note_failure(organization_id)


def _note_failure(organization_id: int) -> None:
    RELOAD_FAILURES.inc()
    logger.exception("organisation %s could not be read anew; its old configuration stays", organization_id)


async def _check_alive(listener: psycopg.AsyncConnection[Any]) -> None:
    """Notice a connection that died unheard; routers also drop those that are silent for long. Raises OSError."""
    async with asyncio.timeout(READ_SECONDS):
        await listener.execute("SELECT 1")


def _with_fresh_connection(read: Callable[[], T]) -> T:
    """Read one state of the database; a connection that has died since its last use is replaced once."""
    for last_try in (False, True):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                return read()
        except (DatabaseError, InterfaceError):
            connection.close()
            if last_try:
                raise
    raise AssertionError


def _read_tenant(organization_id: int) -> TenantSnapshot | None:
    organization = Organization.objects.filter(pk=organization_id).first()
    return tenant_snapshot(organization) if organization else None
