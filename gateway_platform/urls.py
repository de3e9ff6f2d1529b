"""The site map of the control plane."""

from django.urls import URLPattern, URLResolver, include, path

from gateway_platform.overview import home

organization_pages: list[URLPattern | URLResolver] = [
    path("", home.organization, name="organization"),
    path("", include("gateway_platform.overview.urls")),
    path("", include("tenants.urls")),
    path("", include("routing.urls")),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("organizations/", home.organizations, name="organizations"),
    path("o/<str:slug>/", include(organization_pages)),
    path("api/v1/", include("gateway_platform.api")),
    path("accounts/", include("allauth.account.urls")),
]
