"""Fixtures for tests that talk to a running gateway over real sockets."""

import os
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.gateway import Gateway
from tests.servers import django_at, with_database
from tests.tenant import Tenant


@pytest.fixture(scope="session")
def live_database(django_db_setup: None, worker_id: str) -> str:
    """The address of the database behind `gateway`."""
    return with_database(os.environ["DATABASE_URL"], f"{worker_id}_live")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The Redis database of this process."""
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def gateway(live_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A running gateway with one worker, shared by the tests of this process."""
    running = Gateway(tmp_path_factory.mktemp("gateway"), live_database, redis_url).start()
    yield running
    running.stop()


@pytest.fixture
def live(live_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The ORM on the running gateway's database; nothing is rolled back."""
    with django_db_blocker.unblock(), django_at(live_database):
        yield


@pytest.fixture
def tenant(gateway: Gateway, live: None) -> Tenant:
    """A fresh organisation behind the running gateway."""
    return Tenant(gateway)
