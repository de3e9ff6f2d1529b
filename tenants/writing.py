"""How services write one row: under the tenant's lock, checked, saved, audited. Call inside a transaction.

The lock lets one writer at a time into an organisation's configuration: unique names, references and the
order of the audit trail hold under concurrent writes, and no write undoes another that it has not seen.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from tenants import audit
from tenants.models import Organization, User

Row = TypeVar("Row", bound=Model)


def insert(actor: User | None, action: str, instance: Row, **shown: Any) -> Row:
    """Save a new row. ``shown``: what the audit trail shows beyond the row's own fields."""
    if not isinstance(instance, Organization):
        lock(audit.organization_of(instance))
    instance.full_clean()
    instance.save(force_insert=True)
    audit.record(actor, action, instance, after=audit.fields_of(instance) | shown)
    return instance


def change(
    actor: User | None, action: str, instance: Model, changes: Mapping[str, Any], allowed: Collection[str]
) -> bool:
    """Save these changes; false if there is nothing to change, and then nothing is written or recorded.

    The row is read anew first: whatever a form has left on the instance does not count.
    """
    if unknown := set(changes) - set(allowed):
        raise TypeError(f"{action} cannot change {', '.join(sorted(unknown))}")
    lock(audit.organization_of(instance))
    instance.refresh_from_db()
    before, old = audit.fields_of(instance), {name: getattr(instance, name) for name in changes}
    for name, value in changes.items():
        setattr(instance, name, value)
    instance.full_clean()
    changed = [name for name in changes if getattr(instance, name) != old[name]]
    if changed:
        instance.save(update_fields=changed)
        after = audit.fields_of(instance)
        before, after = ({name: fields[name] for name in changed} for fields in (before, after))
        audit.record(actor, action, instance, before=before, after=after)
    return bool(changed)


def remove(actor: User | None, action: str, instance: Model, **shown: Any) -> None:
    """Delete a row, and what hangs on it."""
    lock(audit.organization_of(instance))
    audit.record(actor, action, instance, before=audit.fields_of(instance) | shown)
    instance.delete()


def lock(organization: Organization) -> None:
    """Wait for other writers of this organisation; held until the transaction ends."""
    # Not a key lock: the data plane's inserts, which refer to the organisation, do not wait for it.
    Organization.objects.select_for_update(no_key=True).only("pk").get(pk=organization.pk)


def require_own(organization: Organization, **related: Model | None) -> None:
    """Refuse a reference to another tenant's row."""
    for name, row in related.items():
        if row is not None and audit.organization_of(row).pk != organization.pk:
            raise ValidationError({name: "It belongs to another organisation."})
