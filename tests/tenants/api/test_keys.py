"""Keys through the API: shown once, blocked, revoked, managed by the leads of their teams."""

import pytest

from tenants.keys import digest
from tenants.models import ApiKey, Organization
from tenants.models.people import Role
from tenants.services import create_key, create_team, set_team_role
from tests.api import Api, as_role, new_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return new_organization()


@pytest.fixture
def admin(organization: Organization) -> Api:
    return as_role(organization)


def test_the_value_is_shown_once(admin: Api) -> None:
    created = admin.post("keys", name="app").json()
    key = ApiKey.objects.get(pk=created["id"])
    assert bytes(key.digest) == digest(created["value"])
    assert "value" not in admin.get("keys", key.pk).json()
    assert created["value"] not in admin.get("keys").content.decode()


def test_a_known_key_is_imported(admin: Api) -> None:
    value = "sk-from-the-old-gateway-4711"
    created = admin.post("keys", name="old", value=value).json()
    assert bytes(ApiKey.objects.get(pk=created["id"]).digest) == digest(value)
    assert created["value"] == value


def test_block_unblock_revoke(organization: Organization, admin: Api) -> None:
    key, _ = create_key(actor=None, organization=organization, name="app")
    assert admin.post("keys", key.pk, "block").json()["blocked"] is True
    assert admin.post("keys", key.pk, "unblock").json()["blocked"] is False
    assert admin.post("keys", key.pk, "revoke").json()["revoked_at"]
    refused = admin.patch("keys", key.pk, name="again")
    assert refused.status_code == 400
    assert "revoked" in refused.json()["non_field_errors"][0]


def test_an_auditor_blocks_nothing(organization: Organization) -> None:
    key, _ = create_key(actor=None, organization=organization, name="app")
    auditor = as_role(organization, Role.AUDITOR)
    assert {auditor.post("keys", key.pk, verb).status_code for verb in ("block", "unblock", "revoke")} == {403}
    key.refresh_from_db()
    assert not key.blocked
    assert key.revoked_at is None


def test_a_lead_manages_the_keys_of_the_own_team_alone(organization: Organization) -> None:
    own, other = (create_team(actor=None, organization=organization, slug=s, name=s) for s in ("own", "other"))
    lead = as_role(organization, Role.AUDITOR)
    set_team_role(actor=None, team=own, user=lead.person, role="lead")

    created = lead.post("keys", name="app", team="own")
    assert created.status_code == 201
    assert lead.post("keys", created.json()["id"], "block").status_code == 200
    assert lead.post("keys", name="theirs", team="other").status_code == 403
    assert lead.post("keys", name="nobody's").status_code == 403
    assert lead.patch("keys", created.json()["id"], team=other.slug).status_code == 403


def test_another_tenants_team_does_not_exist(admin: Api) -> None:
    create_team(actor=None, organization=new_organization(), slug="theirs", name="Theirs")
    answer = admin.post("keys", name="app", team="theirs")
    assert answer.status_code == 400
    assert list(answer.json()) == ["team"]


def test_filters(organization: Organization, admin: Api) -> None:
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    create_key(actor=None, organization=organization, name="a", team=team)
    gone, _ = create_key(actor=None, organization=organization, name="b")
    admin.post("keys", gone.pk, "revoke")

    def names(**query: object) -> list[str]:
        return [row["name"] for row in admin.get("keys", **query).json()["results"]]

    assert names(team="search") == ["a"]
    assert names(revoked=True) == ["b"]
    assert names(revoked=False) == ["a"]
    assert names(ordering="-name") == ["b", "a"]
    assert admin.get("keys", kind="nonsense").status_code == 400
