"""Writes to provider accounts and their credentials."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from routing import encryption
from routing.addresses import refused_url
from routing.models import Credential, ProviderAccount
from routing.models.provider import ProviderKind
from routing.providers.registry import base_url_of
from routing.services.references import refuse_lonely_routes
from tenants import audit
from tenants.announce import announce_tenant
from tenants.models import Organization, User
from tenants.writing import change, insert, lock, remove

CHANGEABLE = {"name", "kind", "base_url", "headers"}
HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key"}
OWN_HEADERS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept-encoding"}


class ProviderFields(TypedDict, total=False):
    base_url: str  # up to and with /v1
    headers: Mapping[str, str] | None
    api_keys: Sequence[str]


@transaction.atomic
def create_provider(
    *, actor: User | None, organization: Organization, name: str, kind: str, **fields: Unpack[ProviderFields]
) -> ProviderAccount:
    api_keys = fields.pop("api_keys", ())
    provider = ProviderAccount(organization=organization, name=name, kind=kind, **_clean(fields))
    _check_address(provider.kind, provider.base_url)
    insert(actor, "provider.create", provider)
    _set_credentials(actor, provider, api_keys)
    announce_tenant(organization.pk)
    return provider


@transaction.atomic
def update_provider(*, actor: User | None, provider: ProviderAccount, **changes: Any) -> ProviderAccount:
    """Change name, kind, base_url, headers or api_keys.

    Whoever moves a provider to another host gives its API keys again: else a person who may not read them
    could have them sent to a server of their own.
    """
    changes = _clean(changes)
    api_keys = changes.pop("api_keys", None)
    lock(provider.organization)
    current = ProviderAccount.objects.get(pk=provider.pk)
    base_url = changes.get("base_url", current.base_url)
    _check_address(changes.get("kind", current.kind), base_url)
    if _origin(base_url) != _origin(current.base_url) and api_keys is None and current.credentials.exists():
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


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(fields)
    if "base_url" in cleaned:
        cleaned["base_url"] = (cleaned["base_url"] or "").strip().rstrip("/")
    if "headers" in cleaned:
        cleaned["headers"] = _headers(cleaned["headers"] or {})
    return cleaned


def _check_address(kind: str, base_url: str) -> None:
    if kind == ProviderKind.SANDBOX:
        if base_url:
            raise ValidationError({"base_url": "The sandbox has no address."})
    elif refusal := refused_url(base_url_of(kind, base_url, {}), allow_private=settings.ALLOW_PRIVATE_UPSTREAMS):
        raise ValidationError({"base_url": refusal})


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not HEADER_NAME.match(name) or not isinstance(value, str) or not value.isprintable():
            raise ValidationError({"headers": f"{name} is no usable header."})
        if name.lower() in SECRET_HEADERS:
            raise ValidationError({"headers": f"Give {name} as an API key; headers are no secrets."})
        if name.lower() in OWN_HEADERS:
            raise ValidationError({"headers": f"{name} is set by the gateway itself."})
    return dict(headers)


def _origin(base_url: str) -> tuple[str, str]:
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc.lower()
