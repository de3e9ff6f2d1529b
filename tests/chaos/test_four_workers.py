"""Four workers: a blocked key stops in each within a second, and killing one loses nothing."""

import time

import pytest

from routing.models import Route
from routing.services import update_route
from tenants.services import block_key, unblock_key
from tests.chaos.workers import WorkerConnection, assert_one_row_each, one_connection_each
from tests.gateway import Gateway
from tests.load import Load, send_requests, under_load
from tests.tenant import Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

pytestmark = pytest.mark.chaos

ONE_SECOND = 1.0


def all_answer(connections: list[WorkerConnection], route: str, *statuses: int) -> bool:
    """Whether every worker gives one of these statuses."""
    return {connection.chat(route) for connection in connections} <= set(statuses)


# B28
def test_a_blocked_key_stops_in_every_worker(crowd: Gateway, upstream: Upstream) -> None:
    tenant = Tenant(crowd)
    route = tenant.route(upstream.site("ok"))

    with one_connection_each(tenant, route) as connections:
        assert len(connections) == 4
        block_key(actor=None, key=tenant.key)
        blocked = time.monotonic()
        eventually(lambda: all_answer(connections, route, 401, 403), within=ONE_SECOND)
        assert time.monotonic() - blocked < ONE_SECOND

        unblock_key(actor=None, key=tenant.key)
        eventually(lambda: all_answer(connections, route, 200), within=ONE_SECOND)


# B28
def test_an_edited_route_is_followed_in_every_worker(crowd: Gateway, upstream: Upstream) -> None:
    tenant, old, new = Tenant(crowd), upstream.site("ok"), upstream.site("ok")
    name, other = tenant.route(old), tenant.deployment(new.base_url)

    with one_connection_each(tenant, name) as connections:
        route = Route.objects.get(organization=tenant.organization, name=name)
        update_route(actor=None, route=route, targets=[{"deployment": other}])

        def nobody_calls_the_old_one() -> bool:
            before = old.calls
            assert all_answer(connections, name, 200)
            return old.calls == before

        eventually(nobody_calls_the_old_one, within=ONE_SECOND)


# B13: kill -9 of a worker in the middle of 500 requests
def test_killing_a_worker_loses_no_row(crowd: Gateway, upstream: Upstream) -> None:
    tenant = Tenant(crowd)
    route = tenant.route(upstream.site("paced-5"))
    [victim, *others] = crowd.worker_processes
    load = Load(at_once=20)

    with under_load(tenant, route, load) as answers:
        eventually(lambda: len(answers) >= 200)
        victim.kill()
        eventually(lambda: len(answers) >= 500, within=30)

    broken = [answer for answer in answers if not answer.ok]
    assert {answer.status for answer in broken} <= {None, 200}  # cut off, never refused
    assert len(broken) <= load.at_once  # those that the dead worker held
    eventually(lambda: len(crowd.worker_processes) == 4)
    assert set(others) < set(crowd.worker_processes)
    assert_one_row_each(tenant, answers)
    assert all(answer.ok for answer in send_requests(tenant, route, 40, load))
