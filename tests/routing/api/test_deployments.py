"""Deployments through the API: references, prices, and the test call."""

import pytest

from routing.services import create_deployment, create_provider
from tenants.models import Organization
from tenants.models.people import Role
from tests.api import Api, as_role, new_organization
from tests.upstream.handle import Upstream

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return new_organization()


@pytest.fixture
def admin(organization: Organization) -> Api:
    return as_role(organization)


def test_another_tenants_provider_does_not_exist(admin: Api) -> None:
    create_provider(actor=None, organization=new_organization(), name="theirs", kind="sandbox")
    answer = admin.post("deployments", name="mini", provider="theirs", model="echo")
    assert answer.status_code == 400
    assert list(answer.json()) == ["provider"]


@pytest.mark.parametrize("price", [{"input": 1}, {"input": -1, "output": 1}, {"in": 1, "output": 1}, "cheap"])
def test_a_price_that_makes_no_sense_is_refused(admin: Api, price: object) -> None:
    create_provider(actor=None, organization=admin.organization, name="sandbox", kind="sandbox")
    answer = admin.post("deployments", name="mini", provider="sandbox", model="echo", price=price)
    assert answer.status_code == 400
    assert list(answer.json()) == ["price"]


def test_the_last_target_of_a_route_stays(organization: Organization, admin: Api) -> None:
    provider = create_provider(actor=None, organization=organization, name="sandbox", kind="sandbox")
    mini = create_deployment(actor=None, organization=organization, name="mini", provider=provider, model="echo")
    admin.post("routes", name="fast", targets=[{"deployment": "mini"}])
    refused = admin.delete("deployments", mini.pk)
    assert refused.status_code == 400
    assert "fast" in refused.json()["non_field_errors"][0]


def test_the_test_makes_a_real_call(organization: Organization, admin: Api, upstream: Upstream) -> None:
    site = upstream.site("ok")
    provider = create_provider(
        actor=None, organization=organization, name="fake", kind="openai_compatible", base_url=site.base_url
    )
    mini = create_deployment(actor=None, organization=organization, name="mini", provider=provider, model="m")

    answer = admin.post("deployments", mini.pk, "test")

    assert answer.status_code == 200
    assert answer.json()["ok"] is True, answer.json()
    assert answer.json()["latency_ms"] >= 0
    assert site.calls == 1
    assert as_role(organization, Role.AUDITOR).post("deployments", mini.pk, "test").status_code == 403
