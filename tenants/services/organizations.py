"""Writes to organisations."""

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction

from tenants.announce import announce_tenant
from tenants.models import Organization, User
from tenants.writing import change, insert

CHANGEABLE = {"slug", "name", "timezone", "content_logging"}


@transaction.atomic
def create_organization(
    *, actor: User | None, slug: str, name: str, timezone: str = "UTC", content_logging: str = "metadata"
) -> Organization:
    _check_timezone(timezone)
    organization = Organization(slug=slug, name=name, timezone=timezone, content_logging=content_logging)
    insert(actor, "organization.create", organization)
    announce_tenant(organization.pk)
    return organization


@transaction.atomic
def update_organization(*, actor: User | None, organization: Organization, **changes: Any) -> Organization:
    """Change slug, name, timezone or content_logging."""
    _check_timezone(changes.get("timezone", "UTC"))
    if change(actor, "organization.update", organization, changes, CHANGEABLE):
        announce_tenant(organization.pk)
    return organization


def _check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError({"timezone": f"{name} is no timezone; write it like Europe/Berlin."})
