"""Fixtures for every test: real PostgreSQL and Redis, a fake provider, a running gateway."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.servers import TEMPLATE, Servers, make_databases, take_own_corner
from tests.upstream.handle import Upstream, running_upstream

_SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers, before pytest-django reads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        take_own_corner(worker)
    else:
        servers = config.stash[_SERVERS] = Servers()
        servers.publish()
    os.environ["DJANGO_SETTINGS_MODULE"] = "gateway_platform.settings"
    # Hashing a password properly takes a third of a second.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started here."""
    if servers := config.stash.get(_SERVERS, None):
        servers.stop()


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's fixture, with a copy of the template in place of migrations in each worker.

    `<worker>` is for tests that roll back, `<worker>_live` for those that talk to a running gateway.
    """
    with django_db_blocker.unblock():

        def migrate() -> None:
            point_django_at(TEMPLATE)
            call_command("migrate", verbosity=0)
            connection.close()

        make_databases(os.environ["DATABASE_URL"], [worker_id, f"{worker_id}_live"], migrate)
        point_django_at(worker_id)
    yield
    connection.close()


def point_django_at(database: str) -> None:
    """Let the ORM speak to another database of the same server."""
    connection.close()
    connection.settings_dict["NAME"] = database


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The fake provider."""
    with running_upstream() as running:
        yield running
