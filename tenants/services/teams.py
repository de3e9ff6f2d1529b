"""Writes to teams. A key's record carries its team's name, so the team's keys are announced with it."""

from typing import Any

from django.db import transaction

from tenants.announce import announce_keys
from tenants.models import Organization, Team, User
from tenants.writing import change, insert, lock, remove


@transaction.atomic
def create_team(*, actor: User | None, organization: Organization, slug: str, name: str) -> Team:
    return insert(actor, "team.create", Team(organization=organization, slug=slug, name=name))


@transaction.atomic
def update_team(*, actor: User | None, team: Team, **changes: Any) -> Team:
    """Change slug or name."""
    if change(actor, "team.update", team, changes, {"slug", "name"}):
        announce_keys(team.keys.values_list("digest", flat=True))
    return team


@transaction.atomic
def delete_team(*, actor: User | None, team: Team) -> None:
    """Delete a team and its keys; they stop working at once."""
    lock(team.organization)
    keys = list(team.keys.all())
    announce_keys(key.digest for key in keys)
    remove(actor, "team.delete", team, keys=[key.name for key in keys if not key.revoked_at])
