"""An organisation's deployments and routes as the data plane reads them: prices resolved, secrets opened."""

import logging

from billing.price_book import price_for
from routing.encryption import DecryptionError, decrypt
from routing.models import Deployment, ProviderAccount, Route
from routing.providers.registry import KINDS, base_url_of, target_settings
from routing.proxy.snapshot import DeploymentRecord, RouteRecord, TenantSnapshot, TimeLimits
from routing.wire.contract import Target
from tenants.models import Organization
from tenants.publish import organization_record

logger = logging.getLogger(__name__)


def tenant_snapshot(organization: Organization) -> TenantSnapshot:
    """All that the data plane needs of one organisation."""
    providers = {provider.pk: provider for provider in ProviderAccount.objects.for_organization(organization)}
    enabled = Deployment.objects.for_organization(organization).filter(enabled=True)
    deployments = {d.pk: _deployment_record(d, providers[d.provider_id]) for d in enabled}
    routes = [_route_record(route, deployments) for route in Route.objects.for_organization(organization)]
    return TenantSnapshot(
        organization=organization_record(organization),
        routes={route.name: route for route in routes},
        direct={route.name: route for route in map(_direct_route, deployments.values())},
    )


def _deployment_record(deployment: Deployment, provider: ProviderAccount) -> DeploymentRecord:
    base_url = base_url_of(provider.kind, provider.base_url, provider.settings)
    target = Target(
        kind=provider.kind,
        base_url=base_url,
        model=deployment.model,
        headers=provider.headers,
        secrets=_secrets(provider),
        settings=target_settings(provider.kind, base_url, provider.settings),
    )
    return DeploymentRecord(
        id=deployment.pk,
        name=deployment.name,
        provider=provider.name,
        target=target,
        price=price_for(_price_book(provider.kind), base_url, deployment.model, deployment.price),
        tags=tuple(deployment.tags),
        provider_id=provider.pk,
    )


def _price_book(kind: str) -> str:
    """The provider's id in the price book."""
    return (KINDS[kind].price_book if kind in KINDS else "") or kind


def _secrets(provider: ProviderAccount) -> tuple[str, ...]:
    """Its secrets in order. One that cannot be opened is left out, loudly: the others go on."""
    secrets = []
    for credential in provider.credentials.all():
        try:
            secrets.append(decrypt(credential.encrypted))
        except DecryptionError as error:
            logger.error("provider %s, credential %s: %s", provider.name, credential, error)
    return tuple(secrets)


def _route_record(route: Route, deployments: dict[int, DeploymentRecord]) -> RouteRecord:
    """The route with those of its targets that are enabled."""
    targets = [(deployments[t.deployment_id], t.weight) for t in route.targets.all() if t.deployment_id in deployments]
    limits = TimeLimits(route.connect_timeout, route.first_token_timeout, route.idle_timeout, route.total_timeout)
    return RouteRecord(route.name, route.strategy, tuple(targets), route.retries, limits)


def _direct_route(deployment: DeploymentRecord) -> RouteRecord:
    """A deployment called without a route, as "provider/model"."""
    return RouteRecord(f"{deployment.provider}/{deployment.target.model}", "priority", ((deployment, 1.0),))
