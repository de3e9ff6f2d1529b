"""Fixtures for every test: real PostgreSQL and Redis, a fake provider, and through live.py a gateway."""

import os
from collections.abc import Iterator

import django
import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.servers import TEMPLATE, Servers, django_at, make_databases, take_own_corner, with_database
from tests.upstream.handle import Upstream, running_upstream

_SERVERS = pytest.StashKey[Servers]()

# A busy machine is no failure.
hypothesis.settings.register_profile("here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("here")


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
    # They import models, so they can be loaded only now.
    django.setup()
    for fixtures in ("live", "organizations", "announcements", "pages.fixtures"):
        config.pluginmanager.import_plugin(f"tests.{fixtures}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started here."""
    if servers := config.stash.get(_SERVERS, None):
        servers.stop()


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's fixture, with a copy of a migrated template in place of migrations in each worker.

    `<worker>` is for tests that roll back, `<worker>_live` for those that talk to a running gateway.
    """
    url = os.environ["DATABASE_URL"]

    def migrate() -> None:
        with django_at(with_database(url, TEMPLATE)):
            call_command("migrate", verbosity=0)

    with django_db_blocker.unblock():
        make_databases(url, [worker_id, f"{worker_id}_live"], migrate)
    with django_at(with_database(url, worker_id)):
        yield


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The fake provider."""
    with running_upstream() as running:
        yield running
