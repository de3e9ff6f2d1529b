"""The site map of the control plane."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("gateway_platform.api")),
    path("accounts/", include("allauth.account.urls")),
]
