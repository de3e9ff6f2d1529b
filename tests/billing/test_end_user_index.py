"""The migration that builds an index of the ledger while workers write."""

from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.db import connection

from tests.billing.ledger import Ledger
from tests.servers import django_at

migration = import_module("billing.migrations.0003_end_user_index")
DAYS = ("2032-01-01", "2032-01-02")
STATE = """
    SELECT indisvalid, (SELECT count(*) FROM pg_inherits WHERE inhparent = indexrelid)
    = (SELECT count(*) FROM pg_inherits WHERE inhparent = indrelid)
    FROM pg_index WHERE indexrelid = to_regclass('usage_org_end_user_at')
"""


@pytest.fixture
def without_index(ledger: Ledger, django_db_blocker: pytest.FixtureRequest) -> Iterator[Ledger]:
    """A ledger with partitions and without the index; Django is connected to it."""
    for day in DAYS:
        ledger.connection.execute("SELECT billing_ensure_partition(%s)", [day])
    ledger.connection.execute("DROP INDEX usage_org_end_user_at")
    with django_db_blocker.unblock(), django_at(ledger.url):  # type: ignore[attr-defined]
        yield ledger
        _build()


def _build() -> None:
    with connection.schema_editor(atomic=False) as editor:
        migration.build(None, editor)


# B30
def test_every_day_gets_its_own_and_new_days_too(without_index: Ledger) -> None:
    _build()
    assert without_index.connection.execute(STATE).fetchone() == (True, True)
    without_index.connection.execute("SELECT billing_ensure_partition('2032-01-03')")
    assert without_index.connection.execute(STATE).fetchone() == (True, True)
    _build()  # a second time: nothing left to do
    assert without_index.connection.execute(STATE).fetchone() == (True, True)


# B30
def test_a_build_that_was_cut_off_is_taken_up(without_index: Ledger) -> None:
    ledger, index = without_index.connection, "billing_usageevent_20320101_end_user_at"
    ledger.execute(migration.ON_LEDGER)
    ledger.execute(migration.ON_DAY.format(day="billing_usageevent_20320101"))
    ledger.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [index])
    _build()
    assert ledger.execute(STATE).fetchone() == (True, True)


# B30
def test_it_gives_up_rather_than_make_writers_wait(without_index: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "PATIENCE", "50ms")
    with psycopg.connect(without_index.url) as writer:
        writer.execute("LOCK billing_usageevent IN ROW EXCLUSIVE MODE")  # as an INSERT takes it
        with pytest.raises(Exception, match="lock timeout"):
            _build()
