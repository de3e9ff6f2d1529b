"""The management API: every app's objects, the OpenAPI schema, and a page that documents it."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("", include("tenants.api.urls")),
    path("", include("routing.api.urls")),
    path("", include("billing.api.urls")),
]
