"""The sections of an organisation, one function each: make what is not there, change what differs."""

from collections.abc import Callable
from typing import Any

from gateway_platform.configuration.document import Item, Unset
from gateway_platform.configuration.schema import SETTINGS
from gateway_platform.configuration.tenant import MadeKey, Tenant
from routing.models import Deployment, ProviderAccount, Route
from routing.services import (
    account_fields,
    create_deployment,
    create_provider,
    create_route,
    update_deployment,
    update_provider,
    update_route,
)
from tenants import keys
from tenants.models import ApiKey
from tenants.services import (
    add_member,
    block_key,
    create_key,
    create_team,
    set_team_role,
    unblock_key,
    update_key,
    update_team,
)


def team(tenant: Tenant, item: Item) -> None:
    found = tenant.organization.teams.filter(slug=item["slug"]).first()
    if found:
        update_team(actor=tenant.actor, team=found, **item.only("name"))
    else:
        name = item.values.get("name", item["slug"])
        create_team(actor=tenant.actor, organization=tenant.organization, slug=item["slug"], name=name)


def member(tenant: Tenant, item: Item) -> None:
    membership = add_member(
        actor=tenant.actor, organization=tenant.organization, email=item["email"], role=item["role"]
    )
    for slug, role in item.values.get("teams", {}).items():
        place = tenant.team(item, slug, "teams")
        set_team_role(actor=tenant.actor, team=place, user=membership.user, role=role)


def provider(tenant: Tenant, item: Item) -> None:
    found = ProviderAccount.objects.filter(organization=tenant.organization, name=item["name"]).first()
    fields = item.only("kind", "base_url", "headers") | _settings(item, found) | _credentials(item, found)
    if found:
        update_provider(actor=tenant.actor, provider=found, **fields)
    else:
        create_provider(actor=tenant.actor, organization=tenant.organization, name=item["name"], **fields)


def _settings(item: Item, found: ProviderAccount | None) -> dict[str, dict[str, str]]:
    """All of the provider's settings, if the file names any: those that it does not name stay."""
    named = item.only(*SETTINGS)
    held = account_fields.known_settings(item["kind"], found.settings) if found else {}
    return {"settings": held | named} if named else {}


def _credentials(item: Item, found: ProviderAccount | None) -> dict[str, list[str]]:
    """The API keys to set. Where one is not at hand, those that the provider has are left alone."""
    if "api_key" in item and "api_keys" in item:
        raise item.wrong("api_keys", "give either api_key or api_keys")
    name = "api_key" if "api_key" in item else "api_keys"
    if name not in item:
        return {}
    given = [item["api_key"]] if name == "api_key" else item["api_keys"]
    unset = [secret.why for secret in given if isinstance(secret, Unset)]
    if not unset:
        return {"api_keys": given}
    if found and found.credentials.exists():
        return {}
    raise item.wrong(name, unset[0])


def deployment(tenant: Tenant, item: Item) -> None:
    found = Deployment.objects.filter(organization=tenant.organization, name=item["name"]).first()
    fields = {"provider": tenant.provider(item), **item.only("model", "price", "tags", "enabled")}
    if found:
        update_deployment(actor=tenant.actor, deployment=found, **fields)
    else:
        create_deployment(actor=tenant.actor, organization=tenant.organization, name=item["name"], **fields)


def route(tenant: Tenant, item: Item) -> None:
    found = Route.objects.filter(organization=tenant.organization, name=item["name"]).first()
    fields: dict[str, Any] = item.only("strategy", "retries")
    fields["targets"] = [
        {"deployment": tenant.deployment(target), **target.only("weight")} for target in item["targets"]
    ]
    if "timeouts" in item:
        fields["timeouts"] = item["timeouts"].values
    if found:
        update_route(actor=tenant.actor, route=found, **fields)
    else:
        create_route(actor=tenant.actor, organization=tenant.organization, name=item["name"], **fields)


def key(tenant: Tenant, item: Item) -> None:
    found = ApiKey.objects.filter(organization=tenant.organization, name=item["name"], revoked_at=None).first()
    fields: dict[str, Any] = item.only("routes", "endpoints", "tags")
    if "expires" in item:
        fields["expires_at"] = item["expires"]
    if "team" in item:
        fields["team"] = item["team"] and tenant.team(item, item["team"], "team")
    if found:
        _require_same(item, found)
        update_key(actor=tenant.actor, key=found, **fields)
    else:
        found = _make_key(tenant, item, fields)
    if "blocked" in item:
        (block_key if item["blocked"] else unblock_key)(actor=tenant.actor, key=found)


def _make_key(tenant: Tenant, item: Item, fields: dict[str, Any]) -> ApiKey:
    known = item.values.get("value")
    if isinstance(known, Unset):
        raise item.wrong("value", known.why)
    fields |= item.only("kind", "value")
    made, value = create_key(actor=tenant.actor, organization=tenant.organization, name=item["name"], **fields)
    if known is None:
        tenant.made.append(MadeKey(tenant.organization.slug, made.name, value))
    return made


def _require_same(item: Item, found: ApiKey) -> None:
    """A key's value and kind cannot be changed: it would be another key."""
    value = item.values.get("value")
    if isinstance(value, str) and keys.digest(value) != bytes(found.digest):
        raise item.wrong("value", f"{found.name} has another value; revoke it first, or use another name")
    if item.values.get("kind", found.kind) != found.kind:
        raise item.wrong("kind", f"{found.name} is a {found.kind} key; revoke it first, or use another name")


# In the order in which they refer to each other.
SECTIONS: dict[str, Callable[[Tenant, Item], None]] = {
    "teams": team,
    "members": member,
    "providers": provider,
    "deployments": deployment,
    "routes": route,
    "keys": key,
}
