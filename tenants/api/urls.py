"""Addresses of the API of organisations, teams, members, keys and tokens."""

from rest_framework.routers import SimpleRouter

from tenants.api.scoped import SCOPE
from tenants.api.views import KeyViewSet, MemberViewSet, OrganizationViewSet, TeamViewSet, TokenViewSet

router = SimpleRouter(use_regex_path=False)
router.register("organizations", OrganizationViewSet)
router.register("tokens", TokenViewSet, basename="token")
router.register(f"{SCOPE}teams", TeamViewSet)
router.register(f"{SCOPE}members", MemberViewSet, basename="member")
router.register(f"{SCOPE}keys", KeyViewSet, basename="key")

urlpatterns = router.urls
