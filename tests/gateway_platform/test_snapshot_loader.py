"""Keys and tenants come from PostgreSQL, and every change to them reaches the worker that holds them."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.db import connection

from gateway_platform import snapshot_loader
from gateway_platform.snapshot_loader import SnapshotLoader
from routing.proxy.snapshot import TenantSnapshot
from routing.services import create_deployment, create_provider, create_route, update_deployment, update_route
from tenants.dataplane.keys import KeysUnavailable, digest_of
from tenants.models import ApiKey, Organization
from tenants.services import block_key, create_key, create_organization, revoke_key, update_organization
from tests.waiting import eventually

T = TypeVar("T")
ONE_SECOND = 1.0


class Worker:
    """A loader in an event loop of its own, as in a worker."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.loader: SnapshotLoader = self.run(self._make())

    async def _make(self) -> SnapshotLoader:
        return SnapshotLoader()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)

    def start(self) -> None:
        self.loop.call_soon_threadsafe(self.loader.start)
        eventually(lambda: self.loader.connected_once)

    def key(self, secret: str) -> Any:
        return self.run(self.loader.keys.find(digest_of(secret)))

    def tenant(self, organization: Organization) -> TenantSnapshot | None:
        return self.run(self.loader.tenants.find(organization.pk))

    def held(self, organization: Organization) -> TenantSnapshot:
        """What a request sees without asking the database."""
        snapshot = self.loader.tenants.get(organization.pk)
        assert snapshot is not None
        return snapshot

    def stop(self) -> None:
        self.run(self.loader.close())
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture
def worker(live: None) -> Iterator[Worker]:
    """One that follows changes."""
    running = Worker()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def acme(live: None) -> Organization:
    slug = f"acme-{uuid4().hex[:12]}"
    organization = create_organization(actor=None, slug=slug, name=slug)
    provider = create_provider(
        actor=None, organization=organization, name="main", kind="openai_compatible",
        base_url="http://models.example/v1", api_keys=["sk-first", "sk-second"],
    )  # fmt: skip
    deployments = [
        create_deployment(
            actor=None, organization=organization, provider=provider, name=name, model=f"{name}-model",
            price={"input": 1, "output": 2},
        )
        for name in ("mini", "maxi")
    ]  # fmt: skip
    targets: Any = [{"deployment": deployments[0], "weight": 3}, {"deployment": deployments[1]}]
    create_route(actor=None, organization=organization, name="fast", strategy="weighted", targets=targets, retries=2)
    return organization


def new_key(organization: Organization, **fields: Any) -> tuple[ApiKey, str]:
    return create_key(actor=None, organization=organization, name=uuid4().hex[:8], **fields)


def test_a_key_is_read_with_its_limits(worker: Worker, acme: Organization) -> None:
    row, secret = new_key(acme, routes=["fast", "gpt-*"], endpoints=["chat"], tags={"team": "x"})

    key = worker.key(secret)

    assert (key.id, key.name, key.organization_id) == (row.pk, row.name, acme.pk)
    assert (key.routes, key.endpoints, key.tags) == (("fast", "gpt-*"), frozenset({"chat"}), {"team": "x"})
    assert worker.key("gw-live-unknown-unknown-unknown") is None


def test_a_tenant_is_read_with_routes_prices_and_open_secrets(worker: Worker, acme: Organization) -> None:
    snapshot = worker.tenant(acme)

    assert snapshot is not None
    fast = snapshot.routes["fast"]
    assert (fast.strategy, fast.retries) == ("weighted", 2)
    assert [(target.name, weight) for target, weight in fast.targets] == [("mini", 3.0), ("maxi", 1.0)]
    mini = fast.targets[0][0]
    assert mini.target.secrets == ("sk-first", "sk-second")
    assert mini.price is not None and mini.price.base.output == 2_000_000_000
    assert set(snapshot.direct) == {"main/mini-model", "main/maxi-model"}


def test_an_unknown_tenant_is_none(worker: Worker) -> None:
    assert worker.run(worker.loader.tenants.find(999_999_999)) is None


# B28
def test_a_key_that_is_blocked_or_revoked_is_known_to_be_within_a_second(worker: Worker, acme: Organization) -> None:
    blocked, secret_of_blocked = new_key(acme)
    revoked, secret_of_revoked = new_key(acme)
    assert not worker.key(secret_of_blocked).blocked
    assert worker.key(secret_of_revoked) is not None

    block_key(actor=None, key=blocked)
    revoke_key(actor=None, key=revoked)

    eventually(lambda: worker.key(secret_of_blocked).blocked, within=ONE_SECOND)
    eventually(lambda: worker.key(secret_of_revoked) is None, within=ONE_SECOND)


# B28
def test_a_key_that_was_unknown_works_within_a_second_of_its_making(worker: Worker, acme: Organization) -> None:
    secret = f"gw-live-{uuid4().hex}"
    assert worker.key(secret) is None  # remembered as unknown

    new_key(acme, value=secret)

    eventually(lambda: worker.key(secret) is not None, within=ONE_SECOND)


# B28
def test_an_edited_route_is_live_within_a_second(worker: Worker, acme: Organization) -> None:
    worker.tenant(acme)

    update_route(actor=None, route=acme.routes.get(), retries=5)

    eventually(lambda: worker.held(acme).routes["fast"].retries == 5, within=ONE_SECOND)


def test_a_disabled_deployment_leaves_its_routes(worker: Worker, acme: Organization) -> None:
    worker.tenant(acme)

    update_deployment(actor=None, deployment=acme.deployments.get(name="mini"), enabled=False)

    eventually(lambda: len(worker.held(acme).routes["fast"].targets) == 1, within=ONE_SECOND)
    assert set(worker.held(acme).direct) == {"main/maxi-model"}


def test_a_change_that_comes_while_a_tenant_is_first_read_is_not_missed(
    worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, may_end = threading.Event(), threading.Event()
    real = snapshot_loader._read_tenant

    def slow(organization_id: int) -> TenantSnapshot | None:
        snapshot = real(organization_id)
        read.set()
        may_end.wait(10)
        return snapshot

    monkeypatch.setattr(snapshot_loader, "_read_tenant", slow)
    first = asyncio.run_coroutine_threadsafe(worker.loader.tenants.find(acme.pk), worker.loop)
    assert read.wait(10)

    update_organization(actor=None, organization=acme, content_logging="full")
    eventually(lambda: worker.loader._background)  # it was heard, and the tenant will be read again
    may_end.set()

    assert first.result(10)
    eventually(lambda: worker.held(acme).organization.content_logging == "full", within=ONE_SECOND)


def test_many_requests_for_a_tenant_that_is_not_there_yet_cost_one_read(
    worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    real = snapshot_loader._read_tenant

    def counted(organization_id: int) -> TenantSnapshot | None:
        reads.append(organization_id)
        return real(organization_id)

    monkeypatch.setattr(snapshot_loader, "_read_tenant", counted)

    async def many() -> list[TenantSnapshot | None]:
        return await asyncio.gather(*(worker.loader.tenants.find(acme.pk) for _ in range(100)))

    snapshots = worker.run(many())

    assert len(reads) == 1
    assert len({id(snapshot) for snapshot in snapshots}) == 1


def terminate_other_connections() -> int:
    """Cut every connection to this database but the test's own, as a failover does; gives their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        row = cursor.fetchone()
    return int(row[0])


# B11
def test_what_was_missed_while_the_connection_was_down_is_made_up_for(worker: Worker, acme: Organization) -> None:
    key, secret = new_key(acme)
    worker.key(secret)
    worker.tenant(acme)

    assert terminate_other_connections() >= 2  # the listener's and the reader's
    block_key(actor=None, key=key)
    update_route(actor=None, route=acme.routes.get(), retries=5)

    eventually(lambda: worker.key(secret).blocked, within=5)
    eventually(lambda: worker.held(acme).routes["fast"].retries == 5, within=5)


# B11
def test_known_keys_and_tenants_stay_usable_without_the_database(
    worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = worker.loader.keys._changes
    _, secret = new_key(acme)
    # Else its own announcement would make it unknown.
    eventually(lambda: worker.loader.keys._changes > changes, within=5)
    worker.key(secret)
    worker.tenant(acme)

    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", 1)
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        terminate_other_connections()
        with pytest.raises(KeysUnavailable):
            worker.key(f"gw-live-{uuid4().hex}")
        assert worker.key(secret) is not None
        assert worker.tenant(acme) is not None

    stranger = f"gw-live-{uuid4().hex}"
    eventually(lambda: worker.run(is_answered(worker, stranger)), within=10)


async def is_answered(worker: Worker, secret: str) -> bool:
    """Whether the database is asked again, without a restart."""
    try:
        return await worker.loader.keys.find(digest_of(secret)) is None
    except KeysUnavailable:
        return False


def test_a_tenant_that_cannot_be_read_keeps_its_old_state_and_troubles_nobody_else(
    worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_organization(actor=None, slug=f"other-{uuid4().hex[:12]}", name="Other")
    for organization in (acme, other):
        worker.tenant(organization)
    real = snapshot_loader._read_tenant

    def broken(organization_id: int) -> TenantSnapshot | None:
        if organization_id == acme.pk:
            raise ValueError("nonsense in the database")
        return real(organization_id)

    monkeypatch.setattr(snapshot_loader, "_read_tenant", broken)
    failures = snapshot_loader.RELOAD_FAILURES._value.get()
    for organization in (acme, other):
        update_organization(actor=None, organization=organization, content_logging="full")

    eventually(lambda: worker.held(other).organization.content_logging == "full", within=ONE_SECOND)
    assert "fast" in worker.held(acme).routes
    eventually(lambda: snapshot_loader.RELOAD_FAILURES._value.get() > failures)
    worker.run(worker.loader.refresh())  # goes past the broken one

    monkeypatch.undo()
    worker.run(worker.loader.refresh())
    assert worker.held(acme).organization.content_logging == "full"


def test_keys_are_refreshed_in_batches(worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_loader, "KEYS_AT_ONCE", 2)
    keys = [new_key(acme) for _ in range(5)]
    for _, secret in keys:
        worker.key(secret)
    ApiKey.objects.filter(pk__in=[key.pk for key, _ in keys]).update(blocked=True)  # without telling anybody

    worker.run(worker.loader.refresh())

    assert all(worker.key(secret).blocked for _, secret in keys)


def test_a_database_that_hangs_does_not_hold_up_the_end(
    live: None, acme: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_loader, "READ_SECONDS", 0.2)
    answers = threading.Event()
    monkeypatch.setattr(snapshot_loader, "_read_tenant", lambda _: answers.wait(20))
    worker = Worker()
    with pytest.raises(KeysUnavailable):
        worker.tenant(acme)

    started = time.monotonic()
    worker.stop()
    assert time.monotonic() - started < 5
    answers.set()


def test_a_notification_that_makes_no_sense_does_not_end_the_listening(worker: Worker, acme: Organization) -> None:
    worker.tenant(acme)

    with connection.cursor() as cursor:
        for payload in ("key:xyz", "tenant:acme", "", "other:1"):
            cursor.execute("SELECT pg_notify('gateway_changes', %s)", [payload])
    update_route(actor=None, route=acme.routes.get(), retries=5)

    eventually(lambda: worker.held(acme).routes["fast"].retries == 5, within=5)


def test_a_tenant_is_read_as_of_one_moment(worker: Worker, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider and its deployment that are made between two of its reads are either both there or both not."""
    real = snapshot_loader.tenant_snapshot
    begun, may_go_on = threading.Event(), threading.Event()

    def halting(organization: Organization) -> TenantSnapshot:
        begun.set()
        may_go_on.wait(10)
        return real(organization)

    monkeypatch.setattr(snapshot_loader, "tenant_snapshot", halting)
    reading = asyncio.run_coroutine_threadsafe(worker.loader.tenants.reload(acme.pk), worker.loop)
    assert begun.wait(10)
    late = create_provider(actor=None, organization=acme, name="late", kind="sandbox")
    create_deployment(actor=None, organization=acme, provider=late, name="late", model="late")
    may_go_on.set()

    snapshot = reading.result(10)

    assert snapshot is not None
    assert "late/late" not in snapshot.direct
