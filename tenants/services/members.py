"""Writes to who belongs where. Nobody gives or takes a role that they may not grant."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tenants.models import Membership, Organization, Team, TeamMembership, User
from tenants.permissions import grantable_roles
from tenants.writing import change, insert, lock, remove


@transaction.atomic
def add_member(*, actor: User | None, organization: Organization, email: str, role: str) -> Membership:
    """Make somebody a member, or change their role. An unknown person gets an account without a password."""
    lock(organization)
    memberships = Membership.objects.filter(organization=organization)
    membership = memberships.filter(user__email__iexact=email.strip()).first()
    _require_grantable(actor, organization, role, *([membership.role] if membership else []))
    if membership:
        change(actor, "member.update", membership, {"role": role}, {"role"})
        return membership
    membership = Membership(organization=organization, user=_person(email), role=role)
    return insert(actor, "member.add", membership)


@transaction.atomic
def remove_member(*, actor: User | None, membership: Membership) -> None:
    """End a membership, and with it the person's places in the organisation's teams."""
    _require_grantable(actor, membership.organization, membership.role)
    places = TeamMembership.objects.filter(team__organization=membership.organization, user=membership.user)
    teams = sorted(places.values_list("team__slug", flat=True))
    remove(actor, "member.remove", membership, teams=teams)
    places.delete()


@transaction.atomic
def set_team_role(*, actor: User | None, team: Team, user: User, role: str | None) -> TeamMembership | None:
    """Give a member of the organisation a role in a team; None takes them out of it."""
    lock(team.organization)
    if not Membership.objects.filter(organization=team.organization, user=user).exists():
        raise ValidationError({"user": f"{user} is not a member of {team.organization}."})
    place = TeamMembership.objects.filter(team=team, user=user).first()
    if role is None:
        if place:
            remove(actor, "team.remove_member", place)
        return None
    if place:
        change(actor, "team.set_role", place, {"role": role}, {"role"})
        return place
    return insert(actor, "team.add_member", TeamMembership(team=team, user=user, role=role))


def _person(email: str) -> User:
    email = User.objects.normalize_email(email.strip()).lower()
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = User(email=email)
        person.set_unusable_password()
        person.full_clean()
        person.save()
    return person


def _require_grantable(actor: User | None, organization: Organization, *roles: str) -> None:
    if actor is not None and not grantable_roles(actor, organization).issuperset(roles):
        raise PermissionDenied(f"You may not give or take the role {' or '.join(roles)}.")
