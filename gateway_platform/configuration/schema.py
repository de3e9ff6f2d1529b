"""The shape of a configuration file: every section and field that this version knows."""

from gateway_platform.configuration.reader import Reader, item, list_of, map_of
from gateway_platform.configuration.values import (
    boolean,
    moment,
    not_yet,
    number,
    one_of,
    optional,
    secret,
    spelt,
    text,
    whole_number,
)
from routing.models.route import Strategy
from routing.providers.registry import KINDS, settings_of
from tenants.models.key import Endpoint, KeyKind
from tenants.models.organization import ContentLogging
from tenants.models.people import Role, TeamRole

OFF = ({"mode": False}, {"mode": "off"})  # YAML reads a bare `off` as false
# Of every kind; whether an account's own kind knows one is for the service to say.
SETTINGS: dict[str, Reader] = dict.fromkeys((name for kind in KINDS for name in settings_of(kind)), optional(spelt))

TEAM = item({"slug": text, "name": text}, required=("slug",))

MEMBER = item(
    {"email": text, "role": one_of(Role.values), "teams": map_of(one_of(TeamRole.values))},
    required=("email", "role"),
)

PROVIDER = item(
    {
        "name": text,
        "kind": one_of(KINDS),
        "base_url": text,
        "api_key": secret,
        "api_keys": list_of(secret),
        "headers": map_of(text),
        **SETTINGS,
    },
    required=("name", "kind"),
)

DEPLOYMENT = item(
    {
        "name": text,
        "provider": text,
        "model": text,
        "price": optional(map_of(number)),
        "tags": list_of(text),
        "enabled": boolean,
        "limits": not_yet(),
    },
    required=("name", "provider", "model"),
)

TARGET = item({"deployment": text, "weight": number}, required=("deployment",))

ROUTE = item(
    {
        "name": text,
        "strategy": one_of(Strategy.values),
        "targets": list_of(TARGET),
        "retries": whole_number,
        "timeouts": item(dict.fromkeys(("connect", "first_token", "idle", "total"), number)),
        "rules": not_yet(),
        "cache": not_yet(*OFF),
        "compression": not_yet(*OFF),
        "compaction": not_yet(*OFF),
    },
    required=("name", "targets"),
)

KEY = item(
    {
        "name": text,
        "kind": one_of(KeyKind.values),
        "team": optional(text),
        "value": secret,
        "routes": optional(list_of(text)),
        "endpoints": optional(list_of(one_of(Endpoint.values))),
        "expires": optional(moment),
        "tags": map_of(text),
        "blocked": boolean,
        "ip_ranges": not_yet(),
    },
    required=("name",),
)

ORGANIZATION = item(
    {
        "slug": text,
        "name": text,
        "timezone": text,
        "content_logging": one_of(ContentLogging.values),
        "teams": list_of(TEAM),
        "members": list_of(MEMBER),
        "providers": list_of(PROVIDER),
        "deployments": list_of(DEPLOYMENT),
        "routes": list_of(ROUTE),
        "keys": list_of(KEY),
        "budgets": not_yet(),
        "limits": not_yet(),
    },
    required=("slug",),
)

DOCUMENT = item(
    {"version": one_of(("1",)), "organizations": list_of(ORGANIZATION)}, required=("version", "organizations")
)
