"""Organisations through the API: one's own, or all for operators."""

import pytest
from rest_framework.test import APIClient

from tenants.models import Organization
from tenants.models.people import Role
from tests.api import Api, as_role, new_organization, operator

pytestmark = pytest.mark.django_db


def listed(api: Api) -> set[str]:
    return {row["slug"] for row in api.http.get("/api/v1/organizations/").json()["results"]}


def test_people_see_their_own_and_operators_all() -> None:
    mine, other = new_organization(), new_organization()
    assert listed(as_role(mine, Role.DEVELOPER)) == {mine.slug}
    assert listed(Api(mine, operator())) >= {mine.slug, other.slug}


def test_a_foreign_organization_does_not_exist() -> None:
    person = as_role(new_organization())
    foreign = Api(new_organization(), person.person)
    assert foreign.get().status_code == 404
    assert foreign.patch(name="Mine now").status_code == 404


def test_operators_make_organizations() -> None:
    body = {"slug": "globex", "name": "Globex", "timezone": "Europe/Berlin"}
    http = APIClient()
    http.force_login(operator())
    answer = http.post("/api/v1/organizations/", body)
    assert answer.status_code == 201
    assert Organization.objects.get(slug="globex").timezone == "Europe/Berlin"


def test_others_do_not() -> None:
    owner = as_role(new_organization(), Role.OWNER)
    answer = owner.http.post("/api/v1/organizations/", {"slug": "globex", "name": "Globex"})
    assert answer.status_code == 403
    assert not Organization.objects.filter(slug="globex").exists()


def test_an_admin_changes_settings_and_a_developer_does_not() -> None:
    organization = new_organization()
    admin = as_role(organization)
    assert admin.patch(timezone="Asia/Kathmandu").json()["timezone"] == "Asia/Kathmandu"
    assert as_role(organization, Role.DEVELOPER).patch(name="Mine").status_code == 403


def test_a_new_slug_is_the_new_address() -> None:
    admin = as_role(new_organization())
    answer = admin.patch(slug="renamed")
    assert answer.status_code == 200
    assert answer.json()["slug"] == "renamed"
    assert admin.get().status_code == 404
    assert admin.http.get("/api/v1/organizations/renamed/").status_code == 200


def test_an_unknown_timezone_is_refused_by_name() -> None:
    answer = as_role(new_organization()).patch(timezone="Mars/Olympus")
    assert answer.status_code == 400
    assert "timezone" in answer.json()
