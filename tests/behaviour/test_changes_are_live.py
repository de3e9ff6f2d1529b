"""A change in the control plane reaches a running worker within a second, without a restart."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from routing.models import Deployment, Route
from routing.services import update_deployment, update_provider, update_route
from tenants.services import block_key, create_key, revoke_key, unblock_key, update_key
from tests.tenant import UPSTREAM_KEY, Tenant
from tests.upstream.handle import Upstream
from tests.waiting import eventually

ONE_SECOND = 1.0

ENDINGS: dict[str, tuple[Callable[[Tenant], object], set[int]]] = {
    "blocked": (lambda tenant: block_key(actor=None, key=tenant.key), {401, 403}),
    "revoked": (lambda tenant: revoke_key(actor=None, key=tenant.key), {401}),
    "expired": (
        lambda tenant: update_key(actor=None, key=tenant.key, expires_at=timezone.now() - timedelta(seconds=1)),
        {401},
    ),
    "limited to other models": (
        lambda tenant: update_key(actor=None, key=tenant.key, routes=["other-*"]),
        {403},
    ),
    "limited to other endpoints": (
        lambda tenant: update_key(actor=None, key=tenant.key, endpoints=["embeddings"]),
        {403},
    ),
}


# B28
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_key_that_ended_stops_working(tenant: Tenant, upstream: Upstream, ending: str) -> None:
    route = tenant.route(upstream.site("ok"))
    assert tenant.chat(route).status_code == 200
    change, statuses = ENDINGS[ending]

    change(tenant)

    eventually(lambda: tenant.chat(route).status_code in statuses, within=ONE_SECOND)
    assert tenant.chat(route).status_code in statuses


# B28
def test_a_key_that_is_unblocked_works_again(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    block_key(actor=None, key=tenant.key)
    assert tenant.chat(route).status_code in {401, 403}

    unblock_key(actor=None, key=tenant.key)

    eventually(lambda: tenant.chat(route).status_code == 200, within=ONE_SECOND)


# B28: rotation; the gateway has seen and refused the new key before it existed
def test_a_new_key_works_though_it_was_refused_before(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    value = f"gw-live-{'0' * 20}{time.monotonic_ns():020d}"
    client = tenant.client(value)
    body = {"model": route, "messages": []}
    assert client.post("/chat/completions", json=body).status_code == 401

    create_key(actor=None, organization=tenant.organization, name="imported", value=value)

    eventually(lambda: client.post("/chat/completions", json=body).status_code == 200, within=ONE_SECOND)


# B28
def test_an_edited_route_leads_elsewhere(tenant: Tenant, upstream: Upstream) -> None:
    old, new = upstream.site("ok"), upstream.site("ok")
    name = tenant.route(old)
    before = tenant.chat(name).headers["x-gateway-deployment"]
    other = tenant.deployment(new.base_url)
    route = Route.objects.get(organization=tenant.organization, name=name)

    update_route(actor=None, route=route, targets=[{"deployment": other}])

    eventually(lambda: tenant.chat(name).headers["x-gateway-deployment"] == other.name != before, within=ONE_SECOND)
    assert new.calls >= 1


# B28
def test_an_edited_deployment_and_a_new_credential_are_used(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("echo")
    name = tenant.route(site)
    assert tenant.chat(name).json()["received"]["body"]["model"] == "fake-model"
    deployment = Deployment.objects.get(organization=tenant.organization)

    update_deployment(actor=None, deployment=deployment, model="newer-model")
    update_provider(actor=None, provider=deployment.provider, api_keys=[f"{UPSTREAM_KEY}-rotated"])

    def received() -> tuple[str, str]:
        sent = tenant.chat(name).json()["received"]
        return sent["body"]["model"], sent["headers"]["authorization"]

    wanted = ("newer-model", f"Bearer {UPSTREAM_KEY}-rotated")
    eventually(lambda: received() == wanted, within=ONE_SECOND)
