"""Removes what the sections of a file do not list. A section that the file does not have is left alone."""

from collections.abc import Callable

from gateway_platform.configuration.document import Item
from gateway_platform.configuration.tenant import Tenant, located
from routing.models import Deployment, ProviderAccount, Route
from routing.services import delete_deployment, delete_provider, delete_route
from tenants.models import ApiKey, Membership, TeamMembership
from tenants.services import delete_team, remove_member, revoke_key, set_team_role


def prune(tenant: Tenant, organization: Item) -> None:
    """Remove in such an order that nothing is still referred to when it goes."""
    for section, remove_others in SECTIONS.items():
        if section in organization:
            with located(organization):
                remove_others(tenant, organization[section])


def keys(tenant: Tenant, items: list[Item]) -> None:
    for key in ApiKey.objects.filter(organization=tenant.organization, revoked_at=None).exclude(
        name__in=_all(items, "name")
    ):
        revoke_key(actor=tenant.actor, key=key)


def routes(tenant: Tenant, items: list[Item]) -> None:
    for route in Route.objects.filter(organization=tenant.organization).exclude(name__in=_all(items, "name")):
        delete_route(actor=tenant.actor, route=route)


def deployments(tenant: Tenant, items: list[Item]) -> None:
    others = Deployment.objects.filter(organization=tenant.organization).exclude(name__in=_all(items, "name"))
    for deployment in others:
        delete_deployment(actor=tenant.actor, deployment=deployment)


def providers(tenant: Tenant, items: list[Item]) -> None:
    others = ProviderAccount.objects.filter(organization=tenant.organization)
    for provider in others.exclude(name__in=_all(items, "name")):
        delete_provider(actor=tenant.actor, provider=provider)


def members(tenant: Tenant, items: list[Item]) -> None:
    listed = {item["email"].strip().lower(): item for item in items}
    for membership in Membership.objects.filter(organization=tenant.organization).select_related("user"):
        item = listed.get(membership.user.email)
        if item is None:
            remove_member(actor=tenant.actor, membership=membership)
        elif "teams" in item:
            _leave_other_teams(tenant, membership, item)


def _leave_other_teams(tenant: Tenant, membership: Membership, item: Item) -> None:
    places = TeamMembership.objects.filter(team__organization=tenant.organization, user=membership.user)
    for place in places.exclude(team__slug__in=item["teams"]).select_related("team"):
        set_team_role(actor=tenant.actor, team=place.team, user=membership.user, role=None)


def teams(tenant: Tenant, items: list[Item]) -> None:
    for team in tenant.organization.teams.exclude(slug__in=_all(items, "slug")):
        delete_team(actor=tenant.actor, team=team)


def _all(items: list[Item], name: str) -> list[str]:
    return [item[name] for item in items]


SECTIONS: dict[str, Callable[[Tenant, list[Item]], None]] = {
    "keys": keys,
    "routes": routes,
    "deployments": deployments,
    "providers": providers,
    "members": members,
    "teams": teams,
}
