"""Tenants' snapshots: read on first use, replaced whole, never lost to a read that failed."""

import asyncio

import pytest

from routing.proxy.snapshot import RouteRecord, TenantSnapshot
from routing.proxy.tenants import TenantDirectory
from tests.clock import jumping
from tests.routing.proxy.parts import deployment, route, tenant


class Database:
    """What the loader reads, slowly."""

    def __init__(self) -> None:
        self.tenants: dict[int, TenantSnapshot] = {1: tenant(route(deployment()))}
        self.reads: list[int] = []
        self.is_up = True

    async def load(self, organization_id: int) -> TenantSnapshot | None:
        self.reads.append(organization_id)
        if not self.is_up:
            raise OSError
        found = self.tenants.get(organization_id)
        await asyncio.sleep(0.01)
        return found


@jumping
async def test_it_is_read_on_first_use_and_kept() -> None:
    database = Database()
    directory = TenantDirectory(database.load)

    assert directory.get(1) is None
    found = await asyncio.gather(*(directory.find(1) for _ in range(20)))

    assert found == [database.tenants[1]] * 20
    assert directory.get(1) is found[0]
    assert (database.reads, directory.ids()) == ([1], [1])


@jumping
async def test_an_unknown_tenant_is_not_remembered() -> None:
    database = Database()
    directory = TenantDirectory(database.load)
    assert await directory.find(2) is None
    assert directory.ids() == []
    database.tenants[2] = tenant()
    assert await directory.find(2) is not None


@jumping
async def test_a_reload_replaces_it_whole_and_a_failed_one_changes_nothing() -> None:
    database = Database()
    directory = TenantDirectory(database.load)
    old = await directory.find(1)

    database.is_up = False
    with pytest.raises(OSError):  # noqa: PT011
        await directory.reload(1)
    assert directory.get(1) is old

    database.is_up, database.tenants[1] = True, tenant()
    await directory.reload(1)
    assert directory.get(1) == tenant()

    del database.tenants[1]
    await directory.reload(1)
    assert directory.get(1) is None


# B28: a change that comes while it is first read must not be missed
@jumping
async def test_it_is_held_from_the_first_read_on() -> None:
    directory = TenantDirectory(Database().load)
    assert not directory.holds(1)

    reading = asyncio.create_task(directory.find(1))
    await asyncio.sleep(0.005)
    assert directory.holds(1)
    await reading
    assert directory.holds(1)
    assert not directory.holds(2)


@jumping
async def test_a_failed_first_read_is_tried_again() -> None:
    database = Database()
    directory = TenantDirectory(database.load)
    database.is_up = False
    with pytest.raises(OSError):  # noqa: PT011
        await directory.find(1)
    assert not directory.holds(1)
    database.is_up = True
    assert await directory.find(1) is not None


def test_a_route_hides_a_deployment_of_the_same_name() -> None:
    by_route, direct = route(deployment("a")), RouteRecord("m", "priority", ())
    snapshot = TenantSnapshot(tenant().organization, {"m": by_route}, {"m": direct, "p/x": direct})
    assert snapshot.route("m") is by_route
    assert snapshot.route("p/x") is direct
    assert snapshot.route("y") is None
