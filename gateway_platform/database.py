"""Where the database is, for the parts that reach it without Django."""

from django.conf import settings
from psycopg.conninfo import make_conninfo


def dsn() -> str:
    """A libpq connection string of the default database."""
    database = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {key: database[name] for key, name in named.items() if database.get(name)}
    return make_conninfo(**parts, **database.get("OPTIONS", {}))
