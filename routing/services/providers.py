"""Writes to provider accounts and their credentials."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from routing import encryption
from routing.models import Credential, ProviderAccount
from routing.services import account_fields
from routing.services.references import refuse_lonely_routes
from tenants import audit
from tenants.announce import announce_tenant
from tenants.models import Organization, User
from tenants.writing import change, insert, lock, remove

CHANGEABLE = {"name", "kind", "base_url", "headers", "settings"}


class ProviderFields(TypedDict, total=False):
    base_url: str  # up to and with /v1
    headers: Mapping[str, str] | None
    settings: Mapping[str, str] | None  # what the kind knows: routing/providers/settings.py
    api_keys: Sequence[str]


@transaction.atomic
def create_provider(
    *, actor: User | None, organization: Organization, name: str, kind: str, **fields: Unpack[ProviderFields]
) -> ProviderAccount:
    api_keys = fields.pop("api_keys", ())
    provider = ProviderAccount(organization=organization, name=name, kind=kind, **account_fields.clean(fields))
    account_fields.check(provider)
    insert(actor, "provider.create", provider)
    _set_credentials(actor, provider, api_keys)
    announce_tenant(organization.pk)
    return provider


@transaction.atomic
def update_provider(*, actor: User | None, provider: ProviderAccount, **changes: Any) -> ProviderAccount:
    """Change name, kind, base_url, headers, settings (all of them) or api_keys.

    A change of kind alone keeps those settings that the new kind knows. Whoever moves a provider to another host
    gives its API keys again: else a person who may not read them could have them sent to a server of their own.
    """
    changes = account_fields.clean(changes)
    api_keys = changes.pop("api_keys", None)
    lock(provider.organization)
    current = ProviderAccount.objects.get(pk=provider.pk)
    if changes.get("kind", current.kind) != current.kind and "settings" not in changes:
        changes["settings"] = account_fields.known_settings(changes["kind"], current.settings)
    before = account_fields.origin(current)
    for name in CHANGEABLE & set(changes):
        setattr(current, name, changes[name])
    account_fields.check(current)
    if account_fields.origin(current) != before and api_keys is None and current.credentials.exists():
        raise ValidationError({"api_keys": "Another host: give the API keys again."})
    changed = change(actor, "provider.update", provider, changes, CHANGEABLE)
    changed |= api_keys is not None and _set_credentials(actor, provider, api_keys)
    if changed:
        announce_tenant(provider.organization_id)
    return provider


@transaction.atomic
def set_credentials(*, actor: User | None, provider: ProviderAccount, api_keys: Sequence[str]) -> ProviderAccount:
    """Replace the provider's API keys; the same ones again change nothing."""
    lock(provider.organization)
    if _set_credentials(actor, provider, api_keys):
        announce_tenant(provider.organization_id)
    return provider


@transaction.atomic
def delete_provider(*, actor: User | None, provider: ProviderAccount) -> None:
    """Delete a provider and its deployments. Refused where a route would be left without a target."""
    deployments = list(provider.deployments.all())
    refuse_lonely_routes(deployments)
    announce_tenant(provider.organization_id)
    remove(actor, "provider.delete", provider, deployments=[deployment.name for deployment in deployments])


def _set_credentials(actor: User | None, provider: ProviderAccount, api_keys: Sequence[str]) -> bool:
    secrets = [_checked_secret(key) for key in api_keys]
    old = list(Credential.objects.filter(provider=provider))
    if [_opened(credential) for credential in old] == secrets:
        return False
    Credential.objects.filter(provider=provider).delete()
    new = Credential.objects.bulk_create(
        Credential(provider=provider, encrypted=encryption.encrypt(key), hint=_hint(key)) for key in secrets
    )
    before, after = ({"hints": [credential.hint for credential in some]} for some in (old, new))
    audit.record(actor, "provider.set_credentials", provider, before=before, after=after)
    return True


def _opened(credential: Credential) -> str | None:
    """None where the key set no longer opens it: then it is replaced."""
    try:
        return encryption.decrypt(credential.encrypted)
    except encryption.DecryptionError:
        return None


def _checked_secret(secret: str) -> str:
    secret = _on_one_line(secret.strip())
    if not secret or not secret.isascii() or not secret.isprintable():
        raise ValidationError({"api_keys": "An API key is made of visible ASCII characters."})
    return secret


def _on_one_line(secret: str) -> str:
    """A service account's JSON file is a secret too; what is none stays as it is."""
    try:
        return json.dumps(json.loads(secret)) if secret.startswith("{") else secret
    except ValueError:
        return secret


def _hint(secret: str) -> str:
    return secret[-4:] if len(secret) >= 12 and not secret.startswith("{") else ""
