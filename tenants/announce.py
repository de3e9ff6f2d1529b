"""Tells the data plane what has changed; PostgreSQL delivers when the current transaction commits."""

from collections.abc import Iterable

from django.db import connection

CHANNEL = "gateway_changes"


def announce_tenant(organization_id: int) -> None:
    """Workers load this organisation's configuration anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"tenant:{organization_id}"])


def announce_key(digest: bytes | memoryview) -> None:
    """Workers look this key up anew, also if they have just been told that it does not exist."""
    announce_keys([digest])


def announce_keys(digests: Iterable[bytes | memoryview]) -> None:
    """The same for many keys, in one round trip."""
    payloads = [f"key:{bytes(digest).hex()}" for digest in digests]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, said) FROM unnest(%s::text[]) AS said", [CHANNEL, payloads])
