"""Who may open which page: nobody from outside, members by their role, strangers as if it did not exist."""

import pytest
from django.test import Client

from tenants.models import Organization
from tenants.models.people import Role
from tenants.permissions import permissions_of_role
from tests.api import member, operator
from tests.pages.fixtures import signed_in
from tests.pages.things import Things

VIEWS = {
    "overview": "spend.view",
    "requests": "requests.view",
    "request": "requests.view",
    "request-export": "requests.view",
    "keys": "keys.view",
    "key": "keys.view",
    "key-create": "keys.manage",
    "key-edit": "keys.manage",
    "key-block": "keys.manage",
    "key-revoke": "keys.manage",
    "providers": "providers.view",
    "provider": "providers.view",
    "provider-create": "providers.manage",
    "provider-edit": "providers.manage",
    "provider-delete": "providers.manage",
    "deployments": "providers.view",
    "deployment": "providers.view",
    "deployment-create": "providers.manage",
    "deployment-edit": "providers.manage",
    "deployment-delete": "providers.manage",
    "routes": "routes.view",
    "route": "routes.view",
    "route-create": "routes.manage",
    "route-edit": "routes.manage",
    "route-delete": "routes.manage",
}
ACTIONS = {
    "key-block": "keys.manage",
    "key-unblock": "keys.manage",
    "key-revoke": "keys.manage",
    "provider-delete": "providers.manage",
    "deployment-switch": "providers.manage",
    "deployment-test": "providers.manage",
    "deployment-delete": "providers.manage",
    "route-delete": "routes.manage",
}


@pytest.mark.parametrize("name", ["home", *VIEWS])
def test_signed_out_is_sent_to_sign_in(name: str, client: Client, things: Things) -> None:
    path = "/" if name == "home" else things.url(name)
    assert client.get(path)["location"].startswith("/accounts/login/?next=/")


def test_signed_out_htmx_leaves_the_page(client: Client, things: Things) -> None:
    answer = client.get(things.url("keys"), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/"


@pytest.mark.parametrize("name", VIEWS)
def test_another_tenants_member_finds_nothing(name: str, things: Things, stranger: Organization) -> None:
    assert signed_in(stranger, Role.OWNER).get(things.url(name)).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_another_tenants_member_changes_nothing(name: str, things: Things, stranger: Organization) -> None:
    assert signed_in(stranger, Role.OWNER).post(things.url(name)).status_code == 404


@pytest.mark.parametrize("name", ["key", "request", "provider", "deployment", "route"])
def test_a_foreign_row_under_ones_own_address_is_not_found(name: str, things: Things, stranger: Organization) -> None:
    path = things.url(name).replace(things.organization.slug, stranger.slug)
    assert signed_in(stranger, Role.OWNER).get(path).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_members_open_what_their_role_allows(role: Role, things: Things) -> None:
    browser = signed_in(things.organization, role)
    allowed = permissions_of_role(role)
    found = {name: browser.get(things.url(name)).status_code for name in VIEWS}
    assert found == {name: 200 if permission in allowed else 403 for name, permission in VIEWS.items()}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
def test_members_change_nothing_beyond_their_role(role: Role, things: Things) -> None:
    browser = signed_in(things.organization, role)
    assert {name: browser.post(things.url(name)).status_code for name in ACTIONS} == dict.fromkeys(ACTIONS, 403)


def test_operators_see_every_organisation_in_the_switcher(
    things: Things, stranger: Organization, client: Client
) -> None:
    client.force_login(operator())
    page = client.get(things.url("keys")).content.decode()
    assert f"/o/{stranger.slug}/" in page
    assert f"/o/{things.organization.slug}/" in page


def test_members_see_only_their_organisations_in_the_switcher(things: Things, stranger: Organization) -> None:
    page = signed_in(things.organization, Role.OWNER).get(things.url("keys")).content.decode()
    assert stranger.slug not in page


def test_the_menu_holds_what_the_role_opens(things: Things) -> None:
    page = signed_in(things.organization, Role.FINANCE).get(things.url("keys")).content.decode()
    assert "Overview" in page
    assert "Providers" not in page


def test_home_leads_to_the_organisation_that_was_open_last(
    things: Things, stranger: Organization, client: Client
) -> None:
    client.force_login(operator())
    for organization in (stranger, things.organization, stranger):
        client.get(f"/o/{organization.slug}/")
        assert client.get("/")["location"] == f"/o/{organization.slug}/"


def test_a_person_without_organisation_is_told_so(client: Client, organization: Organization) -> None:
    person = member(organization, Role.DEVELOPER)
    person.memberships.all().delete()
    client.force_login(person)
    assert "You are in no organisation yet" in client.get("/").content.decode()


def test_pages_of_an_organisation_are_never_stored(admin: Client, things: Things) -> None:
    assert "no-store" in admin.get(things.url("keys")).headers["Cache-Control"]


def test_operators_search_among_all_organisations(stranger: Organization, client: Client) -> None:
    client.force_login(operator())
    assert stranger.slug in client.get("/organizations/", {"q": stranger.slug}).content.decode()
    assert stranger.slug not in client.get("/organizations/", {"q": "no such"}).content.decode()


def test_members_search_among_their_own(things: Things, stranger: Organization) -> None:
    page = signed_in(things.organization, Role.OWNER).get("/organizations/").content.decode()
    assert things.organization.slug in page
    assert stranger.slug not in page
