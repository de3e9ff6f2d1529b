"""Writes the audit trail: who changed what, from what to what. Secrets never get in."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model

from tenants.models import AuditEvent, Organization, User

COMMAND_LINE = "command line"
MASK = "••••"
# Names of fields, headers and tags whose values are secrets.
SECRET_NAME = re.compile(r"authori[sz]ation|cookie|credential|passw|secret|token|api[-_]?key", re.IGNORECASE)
_watched: ContextVar[list[AuditEvent] | None] = ContextVar("watched", default=None)
LEFT_OUT = {"id", "organization", "created_at", "created_by", "last_login"}


def record(
    actor: User | None, action: str, target: Model, *, before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one event; ``actor`` None stands for the command line. Call it before a target is deleted."""
    event = AuditEvent.objects.create(
        organization=organization_of(target),
        actor=actor,
        actor_name=actor.email if actor else COMMAND_LINE,
        action=action,
        target=f"{action.partition('.')[0]} {target}"[:254],
        before=mask(_plain(before or {})),
        after=mask(_plain(after or {})),
    )
    if (seen := _watched.get()) is not None:
        seen.append(event)


@contextmanager
def watching() -> Iterator[list[AuditEvent]]:
    """The events that this thread records inside the block, in order."""
    seen: list[AuditEvent] = []
    before = _watched.set(seen)
    try:
        yield seen
    finally:
        _watched.reset(before)


def record_personal(actor: User, action: str, target: str) -> None:
    """Write one event about a person's own affairs, which belong to no organisation."""
    AuditEvent.objects.create(actor=actor, actor_name=actor.email, action=action, target=target)


def organization_of(target: Model) -> Organization:
    """The tenant that a row belongs to, directly or through its team, provider or route."""
    if isinstance(target, Organization):
        return target
    for name in ("organization", "team", "provider", "route"):
        if (owner := getattr(target, name, None)) is not None:
            return organization_of(owner)
    raise TypeError(f"{target!r} belongs to no organisation")


def fields_of(instance: Model) -> dict[str, Any]:
    """A row as the trail shows it: its own fields, related rows by name, no binary secrets."""
    return {
        field.name: str(value) if isinstance(value := getattr(instance, field.name), Model) else _plain(value)
        for field in instance._meta.concrete_fields
        if field.name not in LEFT_OUT and not isinstance(field, BinaryField)
    }


def mask(value: Any, name: str = "") -> Any:
    """The same value with every text hidden that stands under a secret's name."""
    if isinstance(value, dict):
        return {key: mask(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [mask(item, name) for item in value]
    return MASK if value and isinstance(value, str) and SECRET_NAME.search(name) else value


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
