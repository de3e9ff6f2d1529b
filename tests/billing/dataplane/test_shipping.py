"""From the journal to the ledger: each event exactly once, whatever happens on the way."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.dataplane.journal import Journal
from billing.dataplane.shipping import Shipper
from tests.billing.ledger import Ledger

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"


@asynccontextmanager
async def shipping(journal: Journal, url: str) -> AsyncIterator[Shipper]:
    """A shipper at work."""
    shipper = Shipper(journal, url)
    shipper.start()
    try:
        yield shipper
    finally:
        await shipper.drain(5)


async def eventually(probe: Callable[[], object], within: float = 10.0) -> None:
    """Wait until it is true; fail after so many seconds."""
    async with asyncio.timeout(within):
        while not probe():  # noqa: ASYNC110  (no event tells what another process or the database has done)
            await asyncio.sleep(0.02)


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def test_events_arrive_while_the_worker_lives(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    async with shipping(journal, ledger.url):
        events = [ledger.event() for _ in range(50)]
        for event in events:
            journal.append(event)
        await eventually(lambda: len(ledger.ids()) == 50)
    assert sorted(ledger.ids()) == sorted(event["id"] for event in events)
    assert (journal.stats.appended, journal.stats.shipped) == (50, 50)


async def test_every_field_arrives_as_it_was_written(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    event = ledger.event(
        tags={"müller": 'quotes " and \\ and \n newline \x01 \x02'},
        error_message="tab\tÜ 😀 \\u0000 is not a NUL",
        cost_nano=123_456_789_012_345_678,
        list_cost_nano=1,
        attempts=[
            {"deployment": "mini", "provider": "p", "model": "m", "status": 200, "error": "", "ms": 5, "cost": 7}
        ],
        price=None,
        team_id=None,
        first_token_ms=12,
    )
    journal.append(event)
    async with shipping(journal, ledger.url):
        await eventually(ledger.ids)
    [row] = ledger.rows()
    assert row.pop("cost") == Decimal("123456789.012345678")
    assert row.pop("list_cost") == Decimal("0.000000001")
    assert int(row.pop("at").timestamp() * 1_000_000) == event.pop("at")  # type: ignore[misc]
    assert str(row.pop("id")) == event.pop("id")  # type: ignore[misc]
    del event["cost_nano"], event["list_cost_nano"]
    assert row == event


async def test_drain_ships_all_and_leaves_no_file(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    shipper = Shipper(journal, ledger.url)
    shipper.start()
    for _ in range(20):
        journal.append(ledger.event())
    assert await shipper.drain(10)
    assert len(ledger.ids()) == 20
    assert files(tmp_path) == []


async def test_drain_without_a_database_ends_in_time_and_keeps_the_file(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    shipper = Shipper(journal, UNREACHABLE)
    shipper.start()
    journal.append(ledger.event())
    async with asyncio.timeout(5):
        assert not await shipper.drain(0.5)
    survivor = Journal(tmp_path, "host-2")
    async with shipping(survivor, ledger.url):
        await eventually(ledger.ids)
    assert survivor.stats.adopted == 1
    assert files(tmp_path) == []


async def test_a_file_is_deleted_only_when_all_of_it_is_in_the_database(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.dataplane.journal.SEGMENT_BYTES", 5_000)
    monkeypatch.setattr("billing.dataplane.shipping.BATCH_BYTES", 2_000)
    journal = Journal(tmp_path, "host-1")
    async with shipping(journal, ledger.url):
        for _ in range(40):
            journal.append(ledger.event())
            waiting = b"".join((tmp_path / name).read_bytes() for name in files(tmp_path))
            known = {*ledger.ids(), *(orjson.loads(line)["id"] for line in waiting.splitlines())}
            assert len(known) == journal.stats.appended
            await asyncio.sleep(0.02)
        await eventually(lambda: len(ledger.ids()) == 40)
        await eventually(lambda: len(journal.segments()) == 1)


async def test_a_batch_sent_twice_counts_once(tmp_path: Path, ledger: Ledger) -> None:  # B25
    """As after a connection that broke between the commit and its answer."""
    events = [ledger.event() for _ in range(10)]
    for worker in ("host-1", "host-2"):
        journal = Journal(tmp_path, worker)
        for event in events:
            journal.append(event)
        async with shipping(journal, ledger.url) as shipper:
            await eventually(lambda journal=journal: not journal.pending_bytes)  # type: ignore[misc]
        assert shipper.journal.stats.rejected == 0
    assert len(ledger.ids()) == 10
    assert ledger.rolled_up() == ledger.sums()


async def test_lines_that_the_database_refuses_do_not_hold_up_the_others(tmp_path: Path, ledger: Ledger) -> None:
    # B2
    (tmp_path / "host-1-1.jsonl").write_bytes(
        b"".join(
            [
                orjson.dumps(ledger.event()) + b"\n",
                b"no JSON at all\n",
                b"\n",
                b"\\.\n",
                b'{"organization_id": 1}\n',
                b"\x00\x00\x00\xff\xfe\n",
                b"a carriage\rreturn\n",
                orjson.dumps(ledger.event(status=100_000)) + b"\n",
                orjson.dumps(ledger.event(at=2**62)) + b"\n",
                orjson.dumps(ledger.event(at=-1)) + b"\n",
                orjson.dumps(ledger.event(route=os.urandom(9_000).hex())) + b"\n",
                orjson.dumps(ledger.event(error_message="nul \0 here")) + b"\n",
                b"[" * 100_000 + b"\n",
                orjson.dumps(ledger.event()) + b"\n",
            ]
        )
    )
    journal = Journal(tmp_path, "host-2")
    async with shipping(journal, ledger.url):
        await eventually(lambda: journal.stats.adopted and not journal.pending_bytes)
    assert len(ledger.rows()) == 2
    refused = (tmp_path / "rejected.jsonl").read_bytes()
    assert journal.stats.rejected == refused.count(b"\n") == 11
    assert ledger.rolled_up() == ledger.sums()


async def test_one_bad_line_in_many_is_found(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    for number in range(300):
        journal.append(ledger.event(status=200 if number != 123 else 10**6))
    async with shipping(journal, ledger.url):
        await eventually(lambda: journal.stats.rejected)
    assert len(ledger.ids()) == 299


async def test_days_get_their_partitions(tmp_path: Path, ledger: Ledger) -> None:
    day = 86_400_000_000
    journal = Journal(tmp_path, "host-1")
    for number in range(5):
        journal.append(ledger.event(at=1_600_000_000_000_000 + number * day))
    async with shipping(journal, ledger.url):
        await eventually(lambda: len(ledger.ids()) == 5)
    assert journal.stats.rejected == 0


async def test_events_that_the_disk_refuses_are_shipped_from_memory(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, "host-1")
    monkeypatch.setattr(Journal, "_write", lambda journal, line: False)
    for _ in range(5):
        journal.append(ledger.event())
    async with shipping(journal, ledger.url):
        await eventually(lambda: len(ledger.ids()) == 5)
    assert (journal.stats.held, journal.stats.lost) == (0, 0)


async def test_many_shippers_at_once_neither_deadlock_nor_lose(tmp_path: Path, ledger: Ledger) -> None:  # B34
    """All of them write the same rollup rows, in different orders."""
    journals = [Journal(tmp_path, f"host-{number}") for number in range(6)]
    for step in range(600):
        for number, journal in enumerate(journals):
            journal.append(ledger.event(key_id=(step * (number + 1)) % 7, duration_ms=step))
    shippers = [Shipper(journal, ledger.url) for journal in journals]
    for shipper in shippers:
        shipper.start()
    drained = await asyncio.gather(*(shipper.drain(60) for shipper in shippers))
    assert all(drained)
    assert [journal.stats.failures for journal in journals] == [0] * 6
    assert len(ledger.ids()) == 3600
    assert ledger.rolled_up() == ledger.sums()
    assert sum(ledger.timings("duration").values()) == 3600


async def test_the_connection_breaks_under_load(tmp_path: Path, ledger: Ledger) -> None:
    journal = Journal(tmp_path, "host-1")
    async with shipping(journal, ledger.url):
        for number in range(200):
            journal.append(ledger.event())
            if number % 40 == 0:
                ledger.connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'gateway usage shipper' AND datname = current_database()"
                )
            await asyncio.sleep(0.01)
        await eventually(lambda: len(ledger.ids()) == 200)
    assert len(set(ledger.ids())) == 200
    assert journal.stats.rejected == 0


async def test_a_database_session_that_freezes_is_left(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:  # B11
    """When it thaws, it writes what it was sent: the same rows again."""
    monkeypatch.setattr("billing.dataplane.ledger.STATEMENT_SECONDS", 0.5)
    journal = Journal(tmp_path, "host-1")
    async with shipping(journal, ledger.url):
        journal.append(ledger.event())
        await eventually(ledger.ids)
        [[frozen]] = ledger.connection.execute(
            "SELECT pid FROM pg_stat_activity "
            "WHERE application_name = 'gateway usage shipper' AND datname = current_database()"
        ).fetchall()
        os.kill(frozen, signal.SIGSTOP)
        try:
            for _ in range(10):
                journal.append(ledger.event())
            await eventually(lambda: len(ledger.ids()) == 11, within=20)
        finally:
            os.kill(frozen, signal.SIGCONT)
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        await eventually(lambda: ledger.connection.execute(alive, [frozen]).fetchone() == (0,))
    assert len(ledger.ids()) == 11
    assert ledger.rolled_up() == ledger.sums()


async def test_a_shipper_holds_one_connection(tmp_path: Path, ledger: Ledger) -> None:  # B47
    journal = Journal(tmp_path, "host-1")
    async with shipping(journal, ledger.url):
        for _ in range(1000):
            journal.append(ledger.event())
        await eventually(lambda: len(ledger.ids()) == 1000)
        [row] = ledger.connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'gateway usage shipper' AND datname = current_database()"
        ).fetchall()
    assert row == (1,)


async def test_a_missing_table_is_no_reason_to_throw_events_away(tmp_path: Path, ledger: Ledger) -> None:
    """As before the first migration, or while a pooler points at the wrong database."""
    journal = Journal(tmp_path, "host-1")
    journal.append(ledger.event())
    empty = psycopg.conninfo.make_conninfo(ledger.url, dbname="postgres")
    shipper = Shipper(journal, empty)
    shipper.start()
    await eventually(lambda: journal.stats.failures > 1)
    assert not await shipper.drain(0.1)
    assert journal.stats.rejected == 0
    assert len((tmp_path / "host-1-1.jsonl").read_bytes().splitlines()) == 1


@given(
    lives=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30_000), st.booleans()), min_size=1, max_size=4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_any_crash_point_leaves_each_event_once(
    tmp_path_factory: pytest.TempPathFactory, ledger: Ledger, lives: list[tuple[int, int, bool]]
) -> None:  # B13
    """Lives of a worker: events written, the byte at which the machine cut the file, shipped before or not.

    What was whole in the file at the cut is in the ledger once; what was torn never is.
    """
    directory = tmp_path_factory.mktemp("journal")
    whole: set[str] = set()

    async def live(count: int, cut: int, ships: bool) -> None:
        journal = Journal(directory, "host-1")
        for _ in range(count):
            journal.append(ledger.event())
        if ships:
            await Shipper(journal, ledger.url).ship_pending()
        for segment in journal.segments():
            data = segment.path.read_bytes()[: max(cut, segment.shipped)]
            whole.update(orjson.loads(line)["id"] for line in data[: data.rfind(b"\n") + 1].splitlines())
            segment.path.write_bytes(data)
            segment.release()  # the kernel does this for a dead process

    async def run() -> None:
        for count, cut, ships in lives:
            await live(count, cut, ships)
        survivor = Shipper(Journal(directory, "host-9"), ledger.url)
        await survivor.ship_pending()
        await survivor.drain(5)

    before = set(ledger.ids())
    asyncio.run(run())
    assert set(ledger.ids()) - before == whole
    assert ledger.rolled_up() == ledger.sums()
    assert files(directory) == []
