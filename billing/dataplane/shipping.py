"""Ships a worker's journal to PostgreSQL in the background, and what dead workers left behind with it.

While the database is away the files grow; it goes on where it was when the database is back.
"""

import asyncio
import logging
import os
import time
from contextlib import suppress
from typing import Any

import psycopg

from billing.dataplane.journal import Journal
from billing.dataplane.ledger import insert_lines
from billing.dataplane.segment import Segment, adopt_segments

logger = logging.getLogger(__name__)

INTERVAL = 0.3  # seconds from one look to the next
BATCH_BYTES = 1024 * 1024  # about a thousand lines; the database works 50 ms on it
ADOPT_SECONDS = 2.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.25, 5.0
CONNECT_SECONDS = 5


class Shipper:
    """The background task of one worker. Holds one connection of its own, opened when first needed."""

    def __init__(self, journal: Journal, dsn: str) -> None:
        self.journal = journal
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._next_adoption = 0.0

    def start(self) -> None:
        """Begin to ship; needs a running event loop."""
        self._task = asyncio.create_task(self._run(), name="usage shipper")

    async def drain(self, seconds: float) -> bool:
        """Ship all that is written and let go of the files. False: some is left for others to adopt."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._disconnect()
        done = not self._has_pending()
        self.journal.close()
        return done

    async def ship_pending(self) -> None:
        """Once, everything that was there when this began. Raises what the database or the disk raises."""
        self.journal.retry_held()
        self._adopt()
        for segment in self.journal.segments():
            end = segment.size
            while segment.shipped < end:
                await self._ship_batch(segment)
        await self._ship_held()
        self.journal.tidy()

    async def _run(self) -> None:
        backoff = FIRST_BACKOFF
        while not self._stopping.is_set() or self._has_pending():
            try:
                await self.ship_pending()
                backoff = FIRST_BACKOFF
                await self._pause(INTERVAL)
            except Exception as error:
                # Anything at all: a shipper that ends would fill the disk in silence.
                self.journal.stats.failures += 1
                logger.warning("usage events wait in the journal: %s: %s", type(error).__name__, error)
                await self._disconnect()
                await self._pause(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)

    async def _pause(self, seconds: float) -> None:
        """Sleep; shorter when the end comes meanwhile."""
        if self._stopping.is_set():
            await asyncio.sleep(min(seconds, INTERVAL) if self._has_pending() else 0)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _has_pending(self) -> bool:
        return self.journal.stats.held > 0 or any(segment.pending for segment in self.journal.segments())

    def _adopt(self) -> None:
        if self._stopping.is_set() or time.monotonic() < self._next_adoption:
            return
        self._next_adoption = time.monotonic() + ADOPT_SECONDS
        found = adopt_segments(self.journal.directory)
        self.journal.closed.extend(found)
        self.journal.stats.adopted += len(found)

    async def _ship_batch(self, segment: Segment) -> None:
        lines = segment.read(BATCH_BYTES)
        await self._insert(lines)
        segment.shipped += len(lines)

    async def _ship_held(self) -> None:
        """Straight from memory what the disk does not take."""
        if not self.journal.stats.held:
            return
        lines = self.journal.take_held()
        try:
            await self._insert(lines)
        except BaseException:
            self.journal.give_back(lines)
            raise

    async def _insert(self, lines: bytes) -> None:
        shipment = await insert_lines(await self._connected(), lines)
        if shipment.rejected:
            self._reject(shipment.rejected)
        stats = self.journal.stats
        stats.shipped += shipment.inserted
        stats.rejected += len(shipment.rejected)
        stats.duplicates += lines.count(b"\n") - shipment.inserted - len(shipment.rejected)

    def _reject(self, lines: list[bytes]) -> None:
        """Keep what the database does not take, for a person to look at.

        To ship it again, rename the file to rejected-1.jsonl: it is then adopted like a dead worker's.
        """
        path = self.journal.directory / "rejected.jsonl"
        logger.error("%d usage events were refused; they are kept in %s", len(lines), path)
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0) as file:
            file.write(b"".join(lines))

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                application_name="gateway usage shipper",
            )
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.close()
