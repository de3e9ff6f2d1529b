"""The real PostgreSQL and Redis that a test run shares: started once by the first process, used by all.

pytest-xdist's workers inherit the addresses through the environment; each takes databases of its own, copied
from one migrated template.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg
from cryptography.fernet import Fernet
from django.db import connection
from psycopg import sql

from gateway_platform.embedded.postgres import RunningPostgres, start_postgres
from gateway_platform.embedded.redis import RunningRedis, start_redis

TEMPLATE = "gateway_template"


class Servers:
    """Both servers, in a temporary directory."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="gateway-tests-"))
        self.postgres: RunningPostgres = start_postgres(self.directory / "postgres", durable=False)
        self.redis: RunningRedis = start_redis(self.directory / "redis", durable=False)

    def publish(self) -> None:
        """Put the addresses, and throw-away secrets, where settings.py reads them."""
        os.environ.update(
            DATABASE_URL=self.postgres.url,
            REDIS_URL=self.redis.url,
            VAR_DIR=str(self.directory / "var"),
            SECRET_KEY="only-for-tests",
            ENCRYPTION_KEYS=Fernet.generate_key().decode(),
        )

    def stop(self) -> None:
        """Stop both and remove their data."""
        self.postgres.stop()
        self.redis.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def take_own_corner(worker: str) -> None:
    """Give one xdist worker (gw0, gw1, …) its own Redis database and directory."""
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = with_database(os.environ["REDIS_URL"], str(number))
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / worker)


def with_database(url: str, name: str) -> str:
    """The same server's address for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def make_databases(url: str, names: list[str], migrate: Callable[[], None]) -> None:
    """Create databases as copies of the template; whoever comes first makes that, with `migrate`."""
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(1)")
        template = sql.Identifier(TEMPLATE)
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
        if not found:
            server.execute(sql.SQL("CREATE DATABASE {}").format(template))
            migrate()
        for name in names:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(copy.format(sql.Identifier(name), template))


@contextmanager
def django_at(url: str) -> Iterator[None]:
    """Let the ORM speak to another database for a while."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(environ.Env.db_url_config(url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
