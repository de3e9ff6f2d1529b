"""The function that makes a day's partition of the ledger."""

import asyncio

import psycopg
import pytest

from tests.billing.ledger import Ledger

PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'billing_usageevent'::regclass"


async def test_many_sessions_make_one_partition(ledger: Ledger) -> None:  # B34
    async def ensure(day: str) -> None:
        async with await psycopg.AsyncConnection.connect(ledger.url, autocommit=True) as connection:
            await connection.execute("SELECT billing_ensure_partition(%s)", [day])

    before = ledger.connection.execute(PARTITIONS).fetchone()
    await asyncio.gather(*(ensure(f"2031-01-0{1 + number % 2}") for number in range(12)))
    after = ledger.connection.execute(PARTITIONS).fetchone()
    assert before and after
    assert after[0] - before[0] == 2


async def test_a_new_partition_waits_for_no_reader(ledger: Ledger) -> None:
    """A report that runs for long must not stop tomorrow's rows, nor they it."""
    async with await psycopg.AsyncConnection.connect(ledger.url) as reader:
        await reader.execute("SELECT count(*) FROM billing_usageevent")  # its lock is held until the end
        async with asyncio.timeout(5):
            await asyncio.to_thread(ledger.connection.execute, "SELECT billing_ensure_partition('2031-02-01')")
        await reader.execute("SELECT count(*) FROM billing_usageevent")


def test_the_days_bounds_are_utc_in_any_session(ledger: Ledger) -> None:
    ledger.connection.execute("SET timezone = 'Asia/Kolkata'")
    ledger.connection.execute("SELECT billing_ensure_partition('2031-03-01')")
    ledger.connection.execute("SET timezone = 'UTC'")
    bounds = ledger.connection.execute(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'billing_usageevent_20310301'"
    ).fetchone()
    assert bounds == ("FOR VALUES FROM ('2031-03-01 00:00:00+00') TO ('2031-03-02 00:00:00+00')",)


def test_every_index_is_on_the_partition_too(ledger: Ledger) -> None:
    ledger.connection.execute("SELECT billing_ensure_partition('2031-04-01')")
    count = "SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass"
    counts = [
        ledger.connection.execute(count, [table]).fetchone()
        for table in ("billing_usageevent", "billing_usageevent_20310401")
    ]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("day", ["1999-12-31", "2200-01-01"])
def test_a_day_out_of_reason_gets_no_partition(ledger: Ledger, day: str) -> None:
    with pytest.raises(psycopg.errors.DatetimeFieldOverflow):
        ledger.connection.execute("SELECT billing_ensure_partition(%s)", [day])
