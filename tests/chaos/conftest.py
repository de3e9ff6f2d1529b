"""Private gateways for tests that kill, stop and starve."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from gateway_platform.embedded.postgres import start_postgres
from gateway_platform.embedded.redis import start_redis
from tests.gateway import Gateway
from tests.servers import Servers, django_at
from tests.upstream.handle import Upstream, running_upstream


@pytest.fixture
def private_upstream() -> Iterator[Upstream]:
    """A fake provider that nobody else talks to, so that its connections can be counted."""
    with running_upstream() as running:
        yield running


@pytest.fixture
def crowd(live: None, live_database: str, redis_url: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of its own with four workers."""
    running = Gateway(tmp_path, live_database, redis_url, workers=4).start()
    yield running
    running.stop()


@dataclass
class Machine:
    """A gateway with a PostgreSQL and a Redis that may be stopped."""

    servers: Servers
    gateway: Gateway

    def stop_postgres(self) -> None:
        connection.close()
        self.servers.postgres.stop()

    def start_postgres(self) -> None:
        self.servers.postgres = start_postgres(self.servers.directory / "postgres", durable=False)

    def stop_redis(self) -> None:
        self.servers.redis.stop()

    def start_redis(self) -> None:
        self.servers.redis = start_redis(self.servers.directory / "redis", durable=False)


@pytest.fixture
def machine(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Machine]:
    """Everything of its own, with two workers."""
    servers = Servers()
    database, redis = servers.postgres.url, servers.redis.url
    try:
        with django_db_blocker.unblock(), django_at(database):
            call_command("migrate", verbosity=0)
            gateway = Gateway(tmp_path, database, redis, workers=2).start()
            yield Machine(servers, gateway)
            gateway.stop()
    finally:
        servers.stop()
