"""A ledger of its own: the shipper commits, so its tests cannot share a database that rolls back."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.billing.ledger import Ledger
from tests.servers import TEMPLATE, with_database


@pytest.fixture(scope="session")
def ledger_url(worker_id: str, django_db_setup: None) -> str:
    """The address of a migrated database that only this worker's tests of billing use."""
    url, name = os.environ["DATABASE_URL"], f"{worker_id}_ledger"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        server.execute(copy)
    return with_database(url, name)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """What the database holds of one organisation that no other test uses."""
    with psycopg.connect(ledger_url, autocommit=True) as connection:
        yield Ledger(ledger_url, connection)
