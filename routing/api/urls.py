"""Addresses of the API of providers, deployments and routes."""

from rest_framework.routers import SimpleRouter

from routing.api.views import DeploymentViewSet, ProviderViewSet, RouteViewSet
from tenants.api.scoped import SCOPE

router = SimpleRouter(use_regex_path=False)
router.register(f"{SCOPE}providers", ProviderViewSet, basename="provider")
router.register(f"{SCOPE}deployments", DeploymentViewSet)
router.register(f"{SCOPE}routes", RouteViewSet)

urlpatterns = router.urls
