"""What services tell the data plane: heard with LISTEN, on a connection of its own, as a worker hears it."""

from collections.abc import Iterator

import psycopg
import pytest

from tenants.announce import CHANNEL

END = "end of what has been announced"


class Announcements:
    """Hears what is committed from its making on."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute(f"LISTEN {CHANNEL}")

    def take(self) -> list[str]:
        """Everything announced since the last time; PostgreSQL delivers in the order of commits."""
        self._connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, END])
        heard: list[str] = []
        for notification in self._connection.notifies(timeout=10):
            if notification.payload == END:
                return heard
            heard.append(notification.payload)
        raise AssertionError("PostgreSQL delivers no notifications")


@pytest.fixture
def announced(live: None, live_database: str) -> Iterator[Announcements]:
    """On a database where transactions commit, since nothing is delivered before."""
    with psycopg.connect(live_database, autocommit=True) as connection:
        yield Announcements(connection)
