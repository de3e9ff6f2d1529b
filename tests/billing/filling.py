"""Usage events straight into the database that Django is connected to, for tests of what reads them."""

from collections.abc import Iterable

import orjson
import psycopg
from django.db import connection

from billing.dataplane.event import Event
from billing.dataplane.ledger_sql import ENSURE_PARTITIONS, INSERT


def insert_events(events: Iterable[Event]) -> None:
    """Rows and rollups, as the shipper would write them; inside Django's transaction."""
    lines = b"".join(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE) for event in events)
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(ENSURE_PARTITIONS, {"lines": lines})
        cursor.execute(INSERT, {"lines": lines})
