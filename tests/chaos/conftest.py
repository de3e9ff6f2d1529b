"""Private gateways for tests that kill, stop and starve; those that share one stand in one file."""

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


@pytest.fixture(scope="session")
def four_workers(live_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with four workers."""
    running = Gateway(tmp_path_factory.mktemp("four"), live_database, redis_url, workers=4).start()
    yield running
    running.stop()


@pytest.fixture
def crowd(four_workers: Gateway, live: None) -> Gateway:
    """The gateway with four workers, and the ORM on its database."""
    return four_workers


@pytest.fixture
def alone(live: None, live_database: str, redis_url: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway for one test, with one worker."""
    running = Gateway(tmp_path, live_database, redis_url).start()
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


@pytest.fixture(scope="session")
def private_machine(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """Two workers, and servers that nobody else uses."""
    servers = Servers()
    database, redis = servers.postgres.url, servers.redis.url
    try:
        with django_db_blocker.unblock(), django_at(database):
            call_command("migrate", verbosity=0)
        gateway = Gateway(tmp_path_factory.mktemp("machine"), database, redis, workers=2).start()
        yield Machine(servers, gateway)
        gateway.stop()
    finally:
        servers.stop()


@pytest.fixture
def machine(private_machine: Machine, django_db_blocker: DjangoDbBlocker) -> Iterator[Machine]:
    """The private machine, and the ORM on its database."""
    with django_db_blocker.unblock(), django_at(private_machine.servers.postgres.url):
        yield private_machine
