"""Organisations, teams, people, keys and the audit trail."""

from tenants.models.audit import AuditEvent
from tenants.models.key import ApiKey
from tenants.models.organization import Organization
from tenants.models.people import Membership, TeamMembership, User
from tenants.models.team import Team

__all__ = ["ApiKey", "AuditEvent", "Membership", "Organization", "Team", "TeamMembership", "User"]
