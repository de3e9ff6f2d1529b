"""Addresses of the API of the request log and of sums over it."""

from rest_framework.routers import SimpleRouter

from billing.api.views import RequestViewSet, UsageViewSet
from tenants.api.scoped import SCOPE

router = SimpleRouter(use_regex_path=False)
router.register(f"{SCOPE}requests", RequestViewSet, basename="request")
router.register(f"{SCOPE}usage", UsageViewSet, basename="usage")

urlpatterns = router.urls
