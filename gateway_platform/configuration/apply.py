"""Makes a platform as a configuration file says: through the services, in one transaction."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from gateway_platform.configuration import pruning
from gateway_platform.configuration.document import Item
from gateway_platform.configuration.reader import read
from gateway_platform.configuration.schema import DOCUMENT
from gateway_platform.configuration.sections import SECTIONS
from gateway_platform.configuration.tenant import MadeKey, Tenant, located
from tenants import audit
from tenants.models import AuditEvent, Organization, User
from tenants.services import create_organization, update_organization


@dataclass(frozen=True, slots=True)
class Applied:
    """What was changed, as the audit trail has it, and the keys that were made on the way."""

    changes: list[AuditEvent]
    made: list[MadeKey]


def apply(path: Path, *, actor: User | None = None, prune: bool = False) -> Applied:
    """Apply a file: all of it or, on a ConfigurationError, none of it."""
    document = read(path, DOCUMENT)
    made: list[MadeKey] = []
    with transaction.atomic(), audit.watching() as changes:
        for item in document["organizations"]:
            made += _apply_organization(actor, item, prune)
    return Applied(changes, made)


def plan(path: Path, *, prune: bool = False) -> list[AuditEvent]:
    """What `apply` would change: it is done, looked at, and undone before anyone can see it."""
    with transaction.atomic():
        applied = apply(path, prune=prune)
        transaction.set_rollback(True)
    return applied.changes


def _apply_organization(actor: User | None, item: Item, prune: bool) -> list[MadeKey]:
    with located(item):
        tenant = Tenant(actor, _organization(actor, item))
    for name, apply_one in SECTIONS.items():
        for one in item.values.get(name, []):
            with located(one):
                apply_one(tenant, one)
    if prune:
        pruning.prune(tenant, item)
    return tenant.made


def _organization(actor: User | None, item: Item) -> Organization:
    found = Organization.objects.filter(slug=item["slug"]).first()
    if found:
        changes = item.only("name", "timezone", "content_logging")
        return update_organization(actor=actor, organization=found, **changes)
    fields = {"name": item["slug"], **item.only("slug", "name", "timezone", "content_logging")}
    return create_organization(actor=actor, **fields)
