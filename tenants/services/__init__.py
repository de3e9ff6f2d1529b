"""Every write to organisations, teams, people and keys: atomic, audited, announced to the data plane."""

from tenants.services.keys import block_key, create_key, revoke_key, unblock_key, update_key
from tenants.services.members import add_member, remove_member, set_team_role
from tenants.services.organizations import create_organization, update_organization
from tenants.services.teams import create_team, delete_team, update_team
from tenants.services.tokens import create_token, revoke_token

__all__ = [
    "add_member",
    "block_key",
    "create_key",
    "create_organization",
    "create_team",
    "create_token",
    "delete_team",
    "remove_member",
    "revoke_key",
    "revoke_token",
    "set_team_role",
    "unblock_key",
    "update_key",
    "update_organization",
    "update_team",
]
