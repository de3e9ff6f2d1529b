"""PostgreSQL or Redis is away for 20 s under load: known keys keep working, no row is lost, nothing is restarted."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg
import pytest

from tenants.services import create_key
from tests.chaos.conftest import Machine
from tests.chaos.workers import assert_one_row_each, one_connection_each
from tests.load import Load, send_requests, under_load
from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream
from tests.waiting import eventually

pytestmark = pytest.mark.chaos

OUTAGE = 20.0  # seconds
LOAD = Load(at_once=10, pause=0.1)
STRANGER = "gw-live-0000000000000000nobodyknowsthisone"


def status_with(tenant: Tenant, secret: str, route: str) -> int:
    """What a key gets."""
    with tenant.client(secret) as client:
        return client.post("/chat/completions", json=chat_body(route)).status_code


# B11
def test_postgres_is_stopped_under_load(machine: Machine, upstream: Upstream) -> None:
    tenant, workers = Tenant(machine.gateway), machine.gateway.worker_processes
    route = tenant.route(upstream.site("ok"))
    _, later = create_key(actor=None, organization=tenant.organization, name="not used before the outage")

    with one_connection_each(tenant, route), under_load(tenant, route, LOAD) as answers:
        eventually(lambda: len(answers) > 50)
        machine.stop_postgres()
        back_at = time.monotonic() + OUTAGE
        unknown = [status_with(tenant, secret, route) for secret in (STRANGER, later) for _ in range(4)]
        eventually(lambda: time.monotonic() > back_at, within=2 * OUTAGE)
        machine.start_postgres()
        eventually(lambda: status_with(tenant, later, route) == 200)
        eventually(lambda: status_with(tenant, STRANGER, route) == 401)

    assert unknown == [503] * len(unknown)
    assert [answer for answer in answers if not answer.ok] == []
    assert len(answers) > 500
    assert_one_row_each(tenant, answers)
    assert machine.gateway.worker_processes == workers


@contextmanager
def no_connection_left(url: str) -> Iterator[None]:
    """All of PostgreSQL's connections are taken."""
    with ExitStack() as stack:
        with suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(psycopg.connect(url))
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            psycopg.connect(url)
        yield


# B11
def test_no_connection_to_postgres_is_left(machine: Machine, upstream: Upstream) -> None:
    tenant = Tenant(machine.gateway)
    route = tenant.route(upstream.site("ok"))
    _, later = create_key(actor=None, organization=tenant.organization, name="not used before")

    with one_connection_each(tenant, route) as connections, no_connection_left(machine.servers.postgres.url):
        answers = send_requests(tenant, route, 100, LOAD)
        known = [connection.chat(route) for connection in connections]
        unknown = status_with(tenant, later, route)

    assert all(answer.ok for answer in answers)
    assert set(known) == {200}
    assert unknown in {200, 503}  # never 401
    eventually(lambda: status_with(tenant, later, route) == 200)
    assert_one_row_each(tenant, answers)


def test_redis_is_stopped_under_load(machine: Machine, upstream: Upstream) -> None:
    tenant, workers = Tenant(machine.gateway), machine.gateway.worker_processes
    route = tenant.route(upstream.site("ok"))

    with under_load(tenant, route, LOAD) as answers:
        eventually(lambda: len(answers) > 50)
        machine.stop_redis()
        back_at = time.monotonic() + OUTAGE
        eventually(lambda: time.monotonic() > back_at, within=2 * OUTAGE)
        machine.start_redis()
        before = len(answers)
        eventually(lambda: len(answers) > before + 50)

    assert [answer for answer in answers if not answer.ok] == []
    assert_one_row_each(tenant, answers)
    assert machine.gateway.worker_processes == workers
