"""The table of permissions, cell by cell."""

import pytest

from tenants import permissions
from tenants.models import Organization
from tenants.models.people import Role, TeamRole
from tenants.services import create_team, set_team_role
from tests.api import member, operator

# Written out a second time, so that a slip in the table shows.
EXPECTED = """
                      owner admin finance developer auditor
organization.view       x     x      x        x        x
organization.manage     x     x      -        -        -
members.view            x     x      x        x        x
members.manage          x     x      -        -        -
teams.view              x     x      x        x        x
teams.manage            x     x      -        -        -
keys.view               x     x      x        x        x
keys.manage             x     x      -        x        -
requests.view           x     x      x        x        x
spend.view              x     x      x        x        x
providers.view          x     x      -        x        x
providers.manage        x     x      -        -        -
routes.view             x     x      -        x        x
routes.manage           x     x      -        -        -
audit.view              x     x      -        -        x
"""
ROLES, *ROWS = [line.split() for line in EXPECTED.strip().splitlines()]
CELLS = [(row[0], role, cell == "x") for row in ROWS for role, cell in zip(ROLES, row[1:], strict=True)]


@pytest.mark.parametrize(("code", "role", "allowed"), CELLS)
def test_a_cell(code: str, role: str, allowed: bool) -> None:  # B14
    assert (code in permissions.permissions_of_role(role)) is allowed


def test_the_table_has_these_cells_and_no_others() -> None:
    assert {code for code, _, _ in CELLS} == set(permissions.TABLE)
    assert Role.values == ROLES


def test_every_permission_has_a_label() -> None:
    assert all(permissions.label(code) for code in permissions.TABLE)


def test_team_roles_hold_in_their_team_alone(organization: Organization) -> None:
    person = member(organization, "finance")
    mine, other = (create_team(actor=None, organization=organization, slug=slug, name=slug) for slug in ("a", "b"))
    set_team_role(actor=None, team=mine, user=person, role=TeamRole.LEAD)
    assert "keys.manage" in permissions.permissions_of(person, organization, mine)
    assert "keys.manage" not in permissions.permissions_of(person, organization, other)
    assert "keys.manage" not in permissions.permissions_of(person, organization)


def test_a_plain_member_of_a_team_manages_nothing(organization: Organization) -> None:
    person = member(organization, "finance")
    team = create_team(actor=None, organization=organization, slug="a", name="a")
    set_team_role(actor=None, team=team, user=person, role=TeamRole.MEMBER)
    assert "keys.manage" not in permissions.permissions_of(person, organization, team)


def test_strangers_and_the_deactivated_may_nothing(organization: Organization, stranger: Organization) -> None:  # B14
    person = member(organization, "owner")
    assert permissions.permissions_of(person, stranger) == frozenset()
    person.is_active = False
    assert permissions.permissions_of(person, organization) == frozenset()
    assert permissions.grantable_roles(person, stranger) == frozenset()


def test_operators_may_everywhere(organization: Organization) -> None:
    person = operator()
    assert permissions.permissions_of(person, organization) == frozenset(permissions.TABLE)
    assert permissions.grantable_roles(person, organization) == frozenset(Role)
