"""Addresses of the pages that draw on all apps, inside /o/<slug>/."""

from django.urls import path

from gateway_platform.overview import overview, requests

urlpatterns = [
    path("overview/", overview.Overview.as_view(), name="overview"),
    path("requests/", requests.RequestList.as_view(), name="requests"),
    path("requests/export.csv", requests.RequestExport.as_view(), name="request-export"),
    path("requests/<uuid:pk>/", requests.RequestDetail.as_view(), name="request"),
]
