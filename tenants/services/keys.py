"""Writes to API keys. Each announces the key's digest, so that every worker looks it up anew."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from tenants import keys
from tenants.announce import announce_key
from tenants.models import ApiKey, Organization, Team, User
from tenants.models.key import KeyKind
from tenants.writing import change, insert, lock, require_own

CHANGEABLE = {"name", "team", "routes", "endpoints", "expires_at", "tags"}


class KeyFields(TypedDict, total=False):
    team: Team | None
    routes: Collection[str] | None  # None: all; empty: none
    endpoints: Collection[str] | None
    expires_at: datetime | None
    tags: Mapping[str, str] | None


class NewKey(KeyFields, total=False):
    kind: str  # live | test
    value: str | None  # a known key to import; otherwise one is made


@transaction.atomic
def create_key(
    *, actor: User | None, organization: Organization, name: str, **fields: Unpack[NewKey]
) -> tuple[ApiKey, str]:
    """The new key and its value, which cannot be had again."""
    kind, value = fields.pop("kind", KeyKind.LIVE), fields.pop("value", None)
    if kind not in KeyKind:
        raise ValidationError({"kind": f"A key is live or test, not {kind}."})
    if value is not None:
        _check_import(value)
    value = value or keys.make(kind)
    cleaned = _clean(organization, fields)
    key = ApiKey(
        organization=organization, name=name, kind=kind, created_by=actor,
        digest=keys.digest(value), hint=keys.hint(value), **cleaned,
    )  # fmt: skip
    insert(actor, "key.create", key)
    announce_key(key.digest)
    return key, value


@transaction.atomic
def update_key(*, actor: User | None, key: ApiKey, **changes: Any) -> ApiKey:
    """Change name, team, routes, endpoints, expires_at or tags of a key that has not been revoked."""
    return _change(actor, "key.update", key, _clean(key.organization, changes), CHANGEABLE)


@transaction.atomic
def block_key(*, actor: User | None, key: ApiKey) -> ApiKey:
    return _change(actor, "key.block", key, {"blocked": True}, {"blocked"})


@transaction.atomic
def unblock_key(*, actor: User | None, key: ApiKey) -> ApiKey:
    return _change(actor, "key.unblock", key, {"blocked": False}, {"blocked"})


@transaction.atomic
def revoke_key(*, actor: User | None, key: ApiKey) -> ApiKey:
    """End a key for good. Its row stays, for the reports; its name may be used again."""
    lock(key.organization)
    key.refresh_from_db()
    if key.revoked_at:
        return key
    return _change(actor, "key.revoke", key, {"revoked_at": timezone.now()}, {"revoked_at"})


def _change(
    actor: User | None, action: str, key: ApiKey, changes: Mapping[str, Any], allowed: Collection[str]
) -> ApiKey:
    lock(key.organization)
    if ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=False).exists():
        raise ValidationError("This key has been revoked; make a new one.")
    if change(actor, action, key, changes, allowed):
        announce_key(key.digest)
    return key


def _clean(organization: Organization, fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(fields)
    require_own(organization, team=cleaned.get("team"))
    for name in {"routes", "endpoints"} & cleaned.keys():
        cleaned[name] = None if cleaned[name] is None else list(cleaned[name])
    if "tags" in cleaned:
        cleaned["tags"] = _tags(cleaned["tags"] or {})
    return cleaned


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    if not all(isinstance(text, str) for pair in tags.items() for text in pair):
        raise ValidationError({"tags": "Tags are names with texts as values."})
    return dict(tags)


def _check_import(value: str) -> None:
    keys.check_importable(value)
    if ApiKey.objects.filter(digest=keys.digest(value)).exists():
        raise ValidationError({"value": "This key is in use already."})
