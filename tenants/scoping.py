"""The one way from a person to a tenant's rows; the HTML views and the API share it.

Not a member: 404, as if it did not exist. A member without the permission: 403.
"""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from tenants.models import ApiKey, Organization, Team, User
from tenants.models.people import TeamRole
from tenants.permissions import TEAM_TABLE, permissions_of


def organizations_of(user: User | AnonymousUser) -> QuerySet[Organization]:
    """Organisations that a person may open."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Organization.objects.none()
    return Organization.objects.visible_to(user)


def organization_for(user: User | AnonymousUser, slug: str, permission: str) -> Organization:
    """The organisation, for a person who has this permission in it. Raises Http404 or PermissionDenied."""
    organization = get_object_or_404(organizations_of(user), slug=slug)
    require(user, organization, permission)
    return organization


def may(user: User | AnonymousUser, organization: Organization, permission: str, team: Team | None = None) -> bool:
    """Whether a person has a permission in the organisation or, if a team is given, in that team."""
    return isinstance(user, User) and permission in permissions_of(user, organization, team)


def require(user: User | AnonymousUser, organization: Organization, permission: str, team: Team | None = None) -> None:
    """Raise PermissionDenied unless `may`."""
    if not may(user, organization, permission, team):
        raise PermissionDenied(permission)


def keys_for(user: User, organization: Organization, permission: str) -> QuerySet[ApiKey]:
    """Keys on which a person has a permission: all by organisation role, else those of their teams."""
    keys = ApiKey.objects.for_organization(organization)
    if may(user, organization, permission):
        return keys
    roles = [role for role in TeamRole if permission in TEAM_TABLE[role]]
    return keys.filter(Q(team__memberships__user=user, team__memberships__role__in=roles))


def teams_for(user: User, organization: Organization, permission: str) -> QuerySet[Team]:
    """Teams for which a person has a permission: all of them by organisation role, else by their role in each."""
    teams = organization.teams.all()
    if may(user, organization, permission):
        return teams
    roles = [role for role in TeamRole if permission in TEAM_TABLE[role]]
    return teams.filter(memberships__user=user, memberships__role__in=roles)


def key_for(user: User, organization: Organization, pk: int, permission: str) -> ApiKey:
    """One key on which a person has a permission. Raises Http404 (may not see it) or PermissionDenied."""
    key = keys_for(user, organization, "keys.view").filter(pk=pk).first()
    if key is None:
        raise Http404("No such key")
    require(user, organization, permission, key.team)
    return key
