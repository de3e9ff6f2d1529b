"""Members through the API: roles, places in teams, and who may give which."""

import pytest

from tenants.models import Membership, Organization
from tenants.models.people import Role
from tenants.services import add_member, create_team, set_team_role
from tests.api import Api, as_role, new_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    organization = new_organization()
    for slug in ("search", "ads"):
        create_team(actor=None, organization=organization, slug=slug, name=slug)
    return organization


@pytest.fixture
def admin(organization: Organization) -> Api:
    return as_role(organization)


def test_places_in_teams_are_set_one_by_one(admin: Api) -> None:
    ana = admin.post("members", email="ana@acme.example", role="developer", teams={"search": "lead"}).json()
    assert ana["teams"] == {"search": "lead"}
    assert admin.patch("members", ana["id"], teams={"ads": "member"}).json()["teams"] == {
        "search": "lead",
        "ads": "member",
    }
    assert admin.patch("members", ana["id"], teams={"search": None}).json()["teams"] == {"ads": "member"}


def test_places_in_other_organizations_are_not_told(organization: Organization, admin: Api) -> None:
    elsewhere = new_organization()
    team = create_team(actor=None, organization=elsewhere, slug="secret", name="Secret")
    ana = add_member(actor=None, organization=elsewhere, email="ana@acme.example", role="developer").user
    set_team_role(actor=None, team=team, user=ana, role="lead")

    added = admin.post("members", email=ana.email, role="developer").json()
    assert added["teams"] == {}
    assert admin.get("members", added["id"]).json()["teams"] == {}


def test_an_unknown_team_changes_nothing(organization: Organization, admin: Api) -> None:
    answer = admin.post("members", email="ana@acme.example", role="developer", teams={"nowhere": "lead"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["teams"]
    assert not Membership.objects.filter(organization=organization, user__email="ana@acme.example").exists()


def test_an_admin_neither_makes_nor_unmakes_an_owner(organization: Organization, admin: Api) -> None:
    owner = add_member(actor=None, organization=organization, email="olga@acme.example", role=Role.OWNER)
    assert admin.post("members", email="ana@acme.example", role="owner").status_code == 403
    assert admin.patch("members", owner.pk, role="auditor").status_code == 403
    assert admin.delete("members", owner.pk).status_code == 403
    assert Membership.objects.get(pk=owner.pk).role == Role.OWNER
