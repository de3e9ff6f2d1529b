"""The API of providers, deployments and routes."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from routing import services
from routing.api.filters import DeploymentFilter
from routing.api.serializers import (
    DeploymentSerializer,
    ModelListingSerializer,
    ProbeSerializer,
    ProviderSerializer,
    RouteSerializer,
)
from routing.model_lists import models_of
from routing.models import Deployment, ProviderAccount, Route
from routing.testing import test_deployment
from tenants.api.scoped import Listed, ScopedViewSet, Written


class ProviderViewSet(Listed, Written, ScopedViewSet[ProviderAccount]):
    """Provider accounts. Their API keys go in and never come out."""

    queryset = ProviderAccount.objects.all()
    serializer_class = ProviderSerializer
    view_permission, manage_permission = "providers.view", "providers.manage"
    filterset_fields = ["name", "kind"]
    ordering_fields = ["name", "kind", "created_at"]

    def get_queryset(self) -> QuerySet[ProviderAccount]:
        return ProviderAccount.objects.for_organization(self.organization)

    def create_row(self, **fields: Any) -> ProviderAccount:
        return services.create_provider(actor=self.actor, organization=self.organization, **fields)

    def update_row(self, row: ProviderAccount, **changes: Any) -> None:
        services.update_provider(actor=self.actor, provider=row, **changes)

    def delete_row(self, row: ProviderAccount) -> None:
        services.delete_provider(actor=self.actor, provider=row)

    @extend_schema(responses=ModelListingSerializer)
    @action(detail=True, filterset_fields=None, pagination_class=None, ordering_fields=None)
    def models(self, request: Request, **kwargs: Any) -> Response:
        """Ask the provider which models it has."""
        return Response(ModelListingSerializer(models_of(self.get_object())).data)


class DeploymentViewSet(Listed, Written, ScopedViewSet[Deployment]):
    """Deployments: a model at a provider."""

    queryset = Deployment.objects.all()
    serializer_class = DeploymentSerializer
    view_permission, manage_permission = "providers.view", "providers.manage"
    filterset_class = DeploymentFilter
    ordering_fields = ["name", "model", "created_at"]

    def get_queryset(self) -> QuerySet[Deployment]:
        return Deployment.objects.for_organization(self.organization)

    def create_row(self, **fields: Any) -> Deployment:
        return services.create_deployment(actor=self.actor, organization=self.organization, **fields)

    def update_row(self, row: Deployment, **changes: Any) -> None:
        services.update_deployment(actor=self.actor, deployment=row, **changes)

    def delete_row(self, row: Deployment) -> None:
        services.delete_deployment(actor=self.actor, deployment=row)

    @extend_schema(request=None, responses=ProbeSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, **kwargs: Any) -> Response:
        """Make a cheap real call and say how it went."""
        return Response(ProbeSerializer(test_deployment(self.get_object())).data)


class RouteViewSet(Listed, Written, ScopedViewSet[Route]):
    """Routes: a model name that apps use, and the deployments behind it."""

    queryset = Route.objects.all()
    serializer_class = RouteSerializer
    view_permission, manage_permission = "routes.view", "routes.manage"
    filterset_fields = ["name", "strategy"]
    ordering_fields = ["name", "created_at"]

    def get_queryset(self) -> QuerySet[Route]:
        return Route.objects.for_organization(self.organization)

    def create_row(self, **fields: Any) -> Route:
        return services.create_route(actor=self.actor, organization=self.organization, **fields)

    def update_row(self, row: Route, **changes: Any) -> None:
        services.update_route(actor=self.actor, route=row, **changes)

    def delete_row(self, row: Route) -> None:
        services.delete_route(actor=self.actor, route=row)
