"""The key directory: what is read once, what is forgotten, and what a caller sees of a key."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.dataplane.keys import UNKNOWN_KEPT, UNKNOWN_SECONDS, KeyDirectory, KeysUnavailable, digest_of, masked
from tenants.dataplane.records import KeyRecord
from tests.clock import jumping
from tests.routing.proxy.parts import key

DIGEST, OTHER = digest_of("one"), digest_of("other")


class Database:
    """What the loader reads: records by digest, each read counted and slow."""

    def __init__(self, *records: KeyRecord) -> None:
        self.records = {record.digest: record for record in records}
        self.reads: Counter[bytes] = Counter()
        self.is_up = True

    async def load(self, digest: bytes) -> KeyRecord | None:
        self.reads[digest] += 1
        if not self.is_up:
            raise KeysUnavailable
        record = self.records.get(digest)
        await asyncio.sleep(0.01)
        return record


@jumping
async def test_a_known_key_is_read_once() -> None:
    database = Database(key(digest=DIGEST))
    keys = KeyDirectory(database.load)

    assert keys.get(DIGEST) is None
    found = [await keys.find(DIGEST) for _ in range(3)]

    assert found == [database.records[DIGEST]] * 3
    assert keys.get(DIGEST) is found[0]
    assert database.reads == {DIGEST: 1}


@jumping
async def test_an_unknown_key_is_not_looked_up_again_for_a_while() -> None:
    database = Database()
    keys = KeyDirectory(database.load)

    for _ in range(3):
        assert await keys.find(DIGEST) is None
    assert database.reads == {DIGEST: 1}

    await asyncio.sleep(UNKNOWN_SECONDS)
    await keys.find(DIGEST)
    assert database.reads == {DIGEST: 2}


@jumping
async def test_a_flood_of_unknown_keys_takes_bounded_memory() -> None:
    keys = KeyDirectory(Database().load)

    for number in range(UNKNOWN_KEPT + 1):
        keys._remember_unknown(b"%d" % number)

    assert len(keys._unknown) <= UNKNOWN_KEPT


# B28
@jumping
async def test_a_change_is_read_at_the_next_request() -> None:
    database = Database()
    keys = KeyDirectory(database.load)
    assert await keys.find(DIGEST) is None

    database.records[DIGEST] = key(digest=DIGEST)
    keys.forget(DIGEST)
    assert await keys.find(DIGEST) == database.records[DIGEST]

    database.records[DIGEST] = key(digest=DIGEST, blocked=True)
    keys.forget(DIGEST)
    found = await keys.find(DIGEST)
    assert found is not None and found.blocked


# B28: what was read before a change is not kept after it
@jumping
async def test_a_change_during_a_read_is_not_lost() -> None:
    database = Database(key(digest=DIGEST))
    keys = KeyDirectory(database.load)

    early = asyncio.create_task(keys.find(DIGEST))
    await asyncio.sleep(0.005)
    database.records[DIGEST] = key(digest=DIGEST, blocked=True)
    keys.forget(DIGEST)
    late = await keys.find(DIGEST)  # comes while the first read is still under way

    first = await early
    assert first is not None and not first.blocked  # it had asked before
    assert late is not None and late.blocked
    again = await keys.find(DIGEST)
    assert again is not None and again.blocked


@jumping
async def test_many_requests_at_once_share_one_read() -> None:
    database = Database(key(digest=DIGEST))
    keys = KeyDirectory(database.load)

    waiting = [asyncio.create_task(keys.find(DIGEST)) for _ in range(50)]
    await asyncio.sleep(0.005)
    waiting.pop(0).cancel()  # the one that began it leaves
    found = await asyncio.gather(*waiting)

    assert all(found)
    assert database.reads == {DIGEST: 1}


# B11: never "unknown" because nobody could be asked
@jumping
async def test_without_a_database_a_known_key_works_and_others_are_undecided() -> None:
    database = Database(key(digest=DIGEST))
    keys = KeyDirectory(database.load)
    await keys.find(DIGEST)
    database.is_up = False

    assert await keys.find(DIGEST)
    with pytest.raises(KeysUnavailable):
        await keys.find(OTHER)

    database.is_up = True
    assert await keys.find(OTHER) is None  # the outage was not remembered as an answer


@jumping
async def test_replacing_updates_what_is_there_and_drops_what_is_gone() -> None:
    database = Database(key(digest=DIGEST), key(digest=OTHER))
    keys = KeyDirectory(database.load)
    await keys.find(DIGEST)
    await keys.find(OTHER)
    assert await keys.find(b"unknown") is None

    keys.replace([key(digest=DIGEST, blocked=True)], asked=keys.digests())

    assert keys.digests() == [DIGEST]
    record = keys.get(DIGEST)
    assert record is not None and record.blocked
    await keys.find(b"unknown")
    assert database.reads[b"unknown"] == 2  # it may exist by now


# B15: enough to recognise it, too little to use it
@given(st.text(max_size=200))
def test_a_masked_key_is_never_whole(secret: str) -> None:
    shown = masked(secret)

    if secret and secret != "…":
        assert secret not in shown
    assert len(shown) <= 13
    if len(secret) >= 20:
        assert len(secret) - (len(shown) - 1) >= 8  # characters that stay hidden
