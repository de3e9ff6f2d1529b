"""Addresses of this app's pages, inside /o/<slug>/."""

from django.urls import path

from routing.views import deployments, providers, routes

urlpatterns = [
    path("providers/", providers.ProviderList.as_view(), name="providers"),
    path("providers/new/", providers.ProviderCreate.as_view(), name="provider-create"),
    path("providers/models/", deployments.ProviderModels.as_view(), name="provider-models"),
    path("providers/<int:pk>/", providers.ProviderDetail.as_view(), name="provider"),
    path("providers/<int:pk>/edit/", providers.ProviderEdit.as_view(), name="provider-edit"),
    path("providers/<int:pk>/delete/", providers.ProviderDelete.as_view(), name="provider-delete"),
    path("deployments/", deployments.DeploymentList.as_view(), name="deployments"),
    path("deployments/new/", deployments.DeploymentCreate.as_view(), name="deployment-create"),
    path("deployments/<int:pk>/", deployments.DeploymentDetail.as_view(), name="deployment"),
    path("deployments/<int:pk>/edit/", deployments.DeploymentEdit.as_view(), name="deployment-edit"),
    path("deployments/<int:pk>/switch/", deployments.DeploymentSwitch.as_view(), name="deployment-switch"),
    path("deployments/<int:pk>/test/", deployments.DeploymentTest.as_view(), name="deployment-test"),
    path("deployments/<int:pk>/delete/", deployments.DeploymentDelete.as_view(), name="deployment-delete"),
    path("routes/", routes.RouteList.as_view(), name="routes"),
    path("routes/new/", routes.RouteCreate.as_view(), name="route-create"),
    path("routes/<int:pk>/", routes.RouteDetail.as_view(), name="route"),
    path("routes/<int:pk>/edit/", routes.RouteEdit.as_view(), name="route-edit"),
    path("routes/<int:pk>/delete/", routes.RouteDelete.as_view(), name="route-delete"),
]
