"""What the lists of providers, deployments and routes can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from routing.models import Deployment, ProviderAccount, Route
from routing.models.route import Strategy
from routing.providers.registry import kind_choices
from tenants.filters import SELECT, ListFilterSet, search_filter
from tenants.web import PageRequest


def select_filter(choices: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(choices=choices, empty_label="Any", widget=forms.Select(attrs=SELECT))


def providers(request: PageRequest) -> QuerySet[ProviderAccount]:
    return ProviderAccount.objects.filter(organization=request.organization)


class ProviderFilter(ListFilterSet):
    q = search_filter("name", "base_url")
    kind = select_filter(kind_choices)

    class Meta:
        model = ProviderAccount
        fields: list[str] = []


class DeploymentFilter(ListFilterSet):
    q = search_filter("name", "model")
    provider = django_filters.ModelChoiceFilter(
        queryset=providers, empty_label="Any", widget=forms.Select(attrs=SELECT)
    )
    enabled = django_filters.ChoiceFilter(
        label="State",
        choices=[("True", "Enabled"), ("False", "Disabled")],
        empty_label="Any",
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = Deployment
        fields: list[str] = []


class RouteFilter(ListFilterSet):
    q = search_filter("name")
    strategy = select_filter(Strategy.choices)

    class Meta:
        model = Route
        fields: list[str] = []
