"""Who may do what: one table. Views, API and templates ask for a permission's code, never for a role."""

from typing import Final

from tenants.models import Membership, Organization, Team, TeamMembership, User
from tenants.models.people import Role, TeamRole

OWNER, ADMIN, FINANCE, DEVELOPER, AUDITOR = Role
ALL = frozenset(Role)
MANAGERS = frozenset({OWNER, ADMIN})

# code: (label, organisation roles that have it)
TABLE: Final[dict[str, tuple[str, frozenset[Role]]]] = {
    "organization.view":   ("Open the organisation",                      ALL),
    "organization.manage": ("Change the organisation's settings",         MANAGERS),
    "members.view":        ("See people and their roles",                 ALL),
    "members.manage":      ("Add people, change their roles",             MANAGERS),
    "teams.view":          ("See teams",                                  ALL),
    "teams.manage":        ("Create, change and delete teams",            MANAGERS),
    "keys.view":           ("See keys (never their values)",              ALL),
    "keys.manage":         ("Create, change, block and revoke keys",      MANAGERS | {DEVELOPER}),
    "requests.view":       ("See the request log",                        ALL),
    "spend.view":          ("See usage and spend",                        ALL),
    "providers.view":      ("See providers and deployments",              ALL - {FINANCE}),
    "providers.manage":    ("Change providers, their credentials and deployments", MANAGERS),
    "routes.view":         ("See routes",                                 ALL - {FINANCE}),
    "routes.manage":       ("Create, change and delete routes",           MANAGERS),
    "audit.view":          ("Read the audit trail",                       MANAGERS | {AUDITOR}),
}  # fmt: skip

# What a team role adds, for the team's own things alone.
TEAM_TABLE: Final[dict[TeamRole, frozenset[str]]] = {
    TeamRole.LEAD: frozenset({"keys.view", "keys.manage"}),
    TeamRole.MEMBER: frozenset({"keys.view"}),
}

# Operators run the platform for its tenants: all of the above, none of which shows a request's content.
OPERATOR: Final = frozenset(TABLE)

# Nobody gives a role that they lack: an admin can neither make an owner nor unmake one.
GRANTABLE: Final[dict[Role, frozenset[Role]]] = {OWNER: ALL, ADMIN: ALL - {OWNER}}


def label(code: str) -> str:
    return TABLE[code][0]


def permissions_of_role(role: str) -> frozenset[str]:
    return frozenset(code for code, (_, roles) in TABLE.items() if role in roles)


def permissions_of(user: User, organization: Organization, team: Team | None = None) -> frozenset[str]:
    """The codes that a person has in an organisation; with a team, also those for that team alone."""
    if not user.is_active:
        return frozenset()
    if user.is_operator:
        return OPERATOR
    membership = Membership.objects.filter(organization=organization, user=user).first()
    if membership is None:
        return frozenset()
    return permissions_of_role(membership.role) | (_permissions_in(team, user) if team else frozenset())


def grantable_roles(user: User, organization: Organization) -> frozenset[Role]:
    """The roles that a person may give to others and take from them."""
    if user.is_operator:
        return ALL
    membership = Membership.objects.filter(organization=organization, user=user).first()
    return GRANTABLE.get(Role(membership.role), frozenset()) if membership else frozenset()


def _permissions_in(team: Team, user: User) -> frozenset[str]:
    place = TeamMembership.objects.filter(team=team, user=user).first()
    return TEAM_TABLE[TeamRole(place.role)] if place else frozenset()
