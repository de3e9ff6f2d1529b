"""From a person to a tenant's rows."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenants import scoping
from tenants.models import Organization
from tenants.services import create_key, create_team, set_team_role
from tests.api import member, operator


def test_a_member_with_the_permission_gets_the_organization(organization: Organization) -> None:
    person = member(organization, "admin")
    assert scoping.organization_for(person, organization.slug, "keys.manage") == organization


def test_a_member_without_it_is_denied(organization: Organization) -> None:  # B14
    with pytest.raises(PermissionDenied):
        scoping.organization_for(member(organization, "auditor"), organization.slug, "keys.manage")


def test_to_others_it_does_not_exist(organization: Organization, stranger: Organization) -> None:  # B14
    person = member(stranger, "owner")
    for user, slug in ((person, organization.slug), (person, "none"), (AnonymousUser(), organization.slug)):
        with pytest.raises(Http404):
            scoping.organization_for(user, slug, "organization.view")


def test_the_deactivated_are_out(organization: Organization) -> None:
    person = member(organization, "owner")
    person.is_active = False
    with pytest.raises(Http404):
        scoping.organization_for(person, organization.slug, "organization.view")


def test_operators_pass(organization: Organization) -> None:
    person = operator()
    assert scoping.organization_for(person, organization.slug, "organization.manage") == organization
    assert organization in scoping.organizations_of(person)


def test_only_ones_own_organizations_are_listed(organization: Organization, stranger: Organization) -> None:
    assert list(scoping.organizations_of(member(organization, "developer"))) == [organization]
    assert not scoping.organizations_of(AnonymousUser())


def test_a_lead_manages_the_teams_keys_and_no_others(organization: Organization) -> None:  # B14
    lead = member(organization, "finance")
    team = create_team(actor=None, organization=organization, slug="search", name="Search")
    set_team_role(actor=None, team=team, user=lead, role="lead")
    own, _ = create_key(actor=None, organization=organization, name="own", team=team)
    other, _ = create_key(actor=None, organization=organization, name="other")
    assert list(scoping.keys_for(lead, organization, "keys.manage")) == [own]
    assert set(scoping.keys_for(lead, organization, "keys.view")) == {own, other}
    assert scoping.key_for(lead, organization, own.pk, "keys.manage") == own
    with pytest.raises(PermissionDenied):
        scoping.key_for(lead, organization, other.pk, "keys.manage")


def test_another_organizations_key_does_not_exist(organization: Organization, stranger: Organization) -> None:  # B14
    key, _ = create_key(actor=None, organization=stranger, name="theirs")
    with pytest.raises(Http404):
        scoping.key_for(member(organization, "owner"), organization, key.pk, "keys.view")
