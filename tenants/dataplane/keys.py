"""From the key in a request to the record of who is calling."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable

from tenants.dataplane.loading import SharedLoad
from tenants.dataplane.records import KeyRecord

UNKNOWN_SECONDS = 10.0  # an unknown key is not looked up again for so long, unless a change is announced
UNKNOWN_KEPT = 10_000

Loader = Callable[[bytes], Awaitable[KeyRecord | None]]


class KeysUnavailable(Exception):
    """The key is not in memory and PostgreSQL cannot be asked."""


class KeyDirectory:
    """Keys in memory; others cost one indexed read. Unknown ones are remembered for a short while."""

    def __init__(self, load: Loader) -> None:
        self._load = load
        self._reads = SharedLoad(self._read)
        self._known: dict[bytes, KeyRecord] = {}
        self._unknown: dict[bytes, float] = {}  # digest → when to forget it
        self._changes = 0

    def get(self, digest: bytes) -> KeyRecord | None:
        """The record if it is in memory."""
        return self._known.get(digest)

    async def find(self, digest: bytes) -> KeyRecord | None:
        """The record from memory or the database. Raises `KeysUnavailable`."""
        known = self._known.get(digest)
        if known is not None or self._unknown.get(digest, 0) > time.monotonic():
            return known
        return await self._reads.get(digest)

    async def _read(self, digest: bytes) -> KeyRecord | None:
        changes = self._changes
        record = await self._load(digest)
        if changes != self._changes:  # a change came in meanwhile: what was read may be old, so it is not kept
            return record
        if record is None:
            self._remember_unknown(digest)
        else:
            self._known[digest] = record
        return record

    def forget(self, digest: bytes) -> None:
        """The key has changed: the next request reads it anew."""
        self._changes += 1
        self._reads.outdated(digest)
        self._known.pop(digest, None)
        self._unknown.pop(digest, None)

    def digests(self) -> list[bytes]:
        return list(self._known)

    def replace(self, records: Iterable[KeyRecord], asked: Iterable[bytes]) -> None:
        """What the database now says of the ``asked`` digests; those without a record are gone."""
        found = {record.digest: record for record in records}
        for digest in asked:
            if digest in self._known and digest not in found:
                del self._known[digest]
        self._known.update(found)
        self._unknown.clear()

    def _remember_unknown(self, digest: bytes) -> None:
        if len(self._unknown) >= UNKNOWN_KEPT:
            self._unknown.clear()
        self._unknown[digest] = time.monotonic() + UNKNOWN_SECONDS


def digest_of(key: str) -> bytes:
    """SHA-256 of a key: all that is ever stored or compared."""
    return hashlib.sha256(key.encode()).digest()


def masked(key: str) -> str:
    """Enough of a key for its owner to recognise it, too little to use it."""
    return f"{key[:8]}…{key[-4:]}" if len(key) >= 20 else "…"
