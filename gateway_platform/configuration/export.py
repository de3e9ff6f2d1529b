"""Writes what the platform holds as a configuration file; applied where it comes from, it changes nothing."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from routing.models import Deployment, ProviderAccount, Route
from routing.services.routes import TIMEOUTS
from tenants.models import ApiKey, Membership, Organization, TeamMembership

Fields = dict[str, Any]


def export(organizations: Iterable[Organization]) -> str:
    """YAML. Secrets stand there as `${env:…}`; keys have no value, since the platform does not know it."""
    document = {"version": 1, "organizations": [_organization(organization) for organization in organizations]}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _organization(organization: Organization) -> Fields:
    providers = ProviderAccount.objects.for_organization(organization)
    deployments = Deployment.objects.for_organization(organization)
    routes = Route.objects.for_organization(organization)
    keys = ApiKey.objects.for_organization(organization).filter(revoked_at=None)
    memberships = Membership.objects.filter(organization=organization).select_related("user").order_by("user__email")
    return {
        "slug": organization.slug,
        "name": organization.name,
        "timezone": organization.timezone,
        "content_logging": organization.content_logging,
        "teams": [{"slug": team.slug, "name": team.name} for team in organization.teams.order_by("slug")],
        "members": [_member(membership) for membership in memberships],
        "providers": [_provider(organization, provider) for provider in providers],
        "deployments": [_deployment(deployment) for deployment in deployments],
        "routes": [_route(route) for route in routes],
        "keys": [_key(key) for key in keys],
    }


def _member(membership: Membership) -> Fields:
    places = TeamMembership.objects.filter(team__organization=membership.organization, user=membership.user)
    teams = dict(places.order_by("team__slug").values_list("team__slug", "role"))
    return {"email": membership.user.email, "role": membership.role, **_present(teams=teams)}


def _provider(organization: Organization, provider: ProviderAccount) -> Fields:
    fields = {"name": provider.name, "kind": provider.kind, **_present(base_url=provider.base_url)}
    return fields | provider.settings | _present(headers=provider.headers, **_secrets(organization, provider))


def _secrets(organization: Organization, provider: ProviderAccount) -> Fields:
    """The variables carry the organisation's name too, so that no tenant gets another's key by a common name."""
    count = len(provider.credentials.all())
    name = re.sub(r"\W", "_", f"{organization.slug}_{provider.name}_api_key").upper()
    if count == 1:
        return {"api_key": f"${{env:{name}}}"}
    return {"api_keys": [f"${{env:{name}_{number}}}" for number in range(1, count + 1)]}


def _deployment(deployment: Deployment) -> Fields:
    fields = {"name": deployment.name, "provider": deployment.provider.name, "model": deployment.model}
    fields |= _present(price=deployment.price, tags=deployment.tags)
    return fields if deployment.enabled else fields | {"enabled": False}


def _route(route: Route) -> Fields:
    return {
        "name": route.name,
        "strategy": route.strategy,
        "targets": [
            {"deployment": target.deployment.name, "weight": _short(target.weight)} for target in route.targets.all()
        ],
        "retries": route.retries,
        "timeouts": {name: _short(getattr(route, field)) for name, field in TIMEOUTS.items()},
    }


def _key(key: ApiKey) -> Fields:
    fields: Fields = {"name": key.name, "kind": key.kind}
    fields |= _present(team=key.team and key.team.slug, expires=key.expires_at, tags=key.tags)
    if key.routes is not None:
        fields["routes"] = key.routes  # an empty list stays: it allows none
    if key.endpoints is not None:
        fields["endpoints"] = key.endpoints
    return fields | _present(blocked=key.blocked)


def _present(**fields: Any) -> Fields:
    return {name: value for name, value in fields.items() if value}


def _short(number: float) -> int | float:
    return int(number) if number == int(number) else number
