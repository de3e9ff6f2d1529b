"""Killed workers and a stopped database: every event that was answered is one row afterwards."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from billing.dataplane.journal import Journal
from billing.dataplane.shipping import Shipper
from gateway_platform.embedded.postgres import RunningPostgres, start_postgres
from tests.billing.events import make_event
from tests.billing.ledger import Ledger
from tests.servers import django_at

# A worker: appends, says so, and ships, until it is killed.
WORKER = """
import asyncio, sys
from pathlib import Path
from billing.dataplane.journal import Journal
from billing.dataplane.shipping import Shipper
from tests.billing.events import make_event

async def main(directory, url, organization_id):
    journal = Journal(Path(directory), "host-1")
    Shipper(journal, url).start()
    while True:
        event = make_event(organization_id=int(organization_id))
        journal.append(event)
        sys.stdout.write(event["id"] + "\\n")
        sys.stdout.flush()
        await asyncio.sleep(0)

asyncio.run(main(*sys.argv[1:]))
"""


def kill_after(worker: subprocess.Popen[str], answers: int) -> list[str]:
    """`kill -9` once the worker has acknowledged so many events; all that it acknowledged."""
    assert worker.stdout is not None
    acknowledged = [worker.stdout.readline() for _ in range(answers)]
    worker.send_signal(signal.SIGKILL)
    acknowledged += worker.stdout.readlines()
    worker.wait()
    return [line.strip() for line in acknowledged if line.endswith("\n")]


@pytest.mark.parametrize("answers", [1, 700, 2500])
async def test_a_killed_workers_events_are_adopted(tmp_path: Path, ledger: Ledger, answers: int) -> None:  # B13
    command = [sys.executable, "-c", WORKER, str(tmp_path), ledger.url, str(ledger.organization_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:  # noqa: ASYNC220
        acknowledged = kill_after(worker, answers)
    survivor = Journal(tmp_path, "host-2")
    shipper = Shipper(survivor, ledger.url)
    await shipper.ship_pending()
    assert await shipper.drain(10)
    rows = Counter(ledger.ids())
    assert set(acknowledged) <= set(rows)
    assert len(rows) <= len(acknowledged) + 1  # it may have died between writing an event and saying so
    assert set(rows.values()) == {1}
    assert ledger.rolled_up() == ledger.sums()
    assert [path.name for path in tmp_path.iterdir()] == []  # noqa: ASYNC240


@pytest.fixture
def own_server(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[RunningPostgres]:
    """A PostgreSQL that no other test uses, with the ledger in it."""
    server = start_postgres(tmp_path / "postgres", durable=False)
    with django_db_blocker.unblock(), django_at(server.url):
        call_command("migrate", "billing", verbosity=0)
    yield server
    server.stop()


@pytest.mark.chaos
async def test_the_database_stops_and_comes_back(tmp_path: Path, own_server: RunningPostgres) -> None:  # B11
    """Events go on being written meanwhile; nothing is restarted."""
    server = own_server
    journal = Journal(tmp_path / "journal", "host-1")
    shipper = Shipper(journal, server.url)
    shipper.start()
    events = []

    async def write(seconds: float) -> None:
        for _ in range(int(seconds * 100)):
            events.append(make_event())
            journal.append(events[-1])
            await asyncio.sleep(0.01)

    try:
        await write(0.7)
        await asyncio.to_thread(server.stop)
        await write(1)
        assert journal.pending_bytes
        server = await asyncio.to_thread(start_postgres, tmp_path / "postgres", durable=False)
        await write(0.7)
        assert await shipper.drain(20)
        with psycopg.connect(server.url) as connection:
            rows = connection.execute("SELECT id::text FROM billing_usageevent").fetchall()
    finally:
        server.stop()
    assert sorted(id for (id,) in rows) == sorted(event["id"] for event in events)
    assert journal.stats.failures
