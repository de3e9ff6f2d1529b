"""Fixtures for tests of the HTML pages: an organisation with one of everything, and people who look at it."""

import pytest
from django.test import Client

from routing.services import create_deployment, create_provider, create_route
from tenants.models import Organization
from tenants.models.people import Role
from tenants.services import create_key, create_team
from tests.api import member
from tests.pages.things import Things, make_request


@pytest.fixture
def things(organization: Organization) -> Things:
    """One of everything that a page can be about."""
    owner = member(organization, Role.OWNER)
    team = create_team(actor=owner, organization=organization, slug="search", name="Search")
    key, _ = create_key(actor=owner, organization=organization, name="search-prod", team=team, routes=["fast"])
    provider = create_provider(
        actor=owner, organization=organization, name="main", kind="openai_compatible",
        base_url="https://llm.example/v1", api_keys=["sk-a-very-secret-value-1234"],
    )  # fmt: skip
    deployment = create_deployment(
        actor=owner, organization=organization, provider=provider, name="mini", model="gpt-4o-mini"
    )
    route = create_route(actor=owner, organization=organization, name="fast", targets=[{"deployment": deployment}])
    request = make_request(organization, key_id=key.pk, key=key.name)
    return Things(organization, team, key, provider, deployment, route, request)


@pytest.fixture
def admin(organization: Organization) -> Client:
    """A browser in which an admin is signed in."""
    return signed_in(organization, Role.ADMIN)


def signed_in(organization: Organization, role: str) -> Client:
    """A browser in which a new member with this role is signed in."""
    client = Client()
    client.force_login(member(organization, role))
    return client
