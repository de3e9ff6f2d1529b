"""Addresses of this app's pages, inside /o/<slug>/."""

from django.urls import path

from tenants import views

urlpatterns = [
    path("keys/", views.KeyList.as_view(), name="keys"),
    path("keys/new/", views.KeyCreate.as_view(), name="key-create"),
    path("keys/<int:pk>/", views.KeyDetail.as_view(), name="key"),
    path("keys/<int:pk>/edit/", views.KeyEdit.as_view(), name="key-edit"),
    path("keys/<int:pk>/block/", views.KeyBlock.as_view(), name="key-block"),
    path("keys/<int:pk>/unblock/", views.KeyUnblock.as_view(), name="key-unblock"),
    path("keys/<int:pk>/revoke/", views.KeyRevoke.as_view(), name="key-revoke"),
]
