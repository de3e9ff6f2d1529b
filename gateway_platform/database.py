"""Where the database is, for the parts that reach it without Django."""

from django.conf import settings
from psycopg.conninfo import make_conninfo


def dsn() -> str:
    """A libpq connection string of the default database."""
    database = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {key: database[name] for key, name in named.items() if database.get(name)}
    return make_conninfo(**parts, **database.get("OPTIONS", {}))


def limit_statements() -> None:
    """Let no statement of this process take longer than the setting says; migrations and jobs may.

    To be called before the first connection. What the operator says in DATABASE_URL stays.
    """
    seconds, options = settings.DATABASE_STATEMENT_TIMEOUT, settings.DATABASES["default"]["OPTIONS"]
    if seconds:
        options.setdefault("options", f"-c statement_timeout={seconds}s")
