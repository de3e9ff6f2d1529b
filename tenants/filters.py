"""What a list of keys can be narrowed by, and the pieces of every list's filters."""

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tenants.models import ApiKey, Team
from tenants.web import PageRequest

CONTROL = {"class": "form-control"}
SELECT = {"class": "form-select"}
STATES = {
    "active": Q(blocked=False, revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=Now())),
    "blocked": Q(blocked=True, revoked_at=None),
    "expired": Q(expires_at__lte=Now(), revoked_at=None),
    "revoked": Q(revoked_at__isnull=False),
}


def teams(request: PageRequest) -> QuerySet[Team]:
    return request.organization.teams.all()


class ListFilterSet(django_filters.FilterSet):
    """A filter set whose page can tell "nothing yet" from "nothing matches"."""

    @property
    def is_active(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


def search_filter(*columns: str) -> django_filters.CharFilter:
    """A text that any of these columns contains."""

    def narrow(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(reduce(or_, (Q((f"{column}__icontains", value)) for column in columns)))

    return django_filters.CharFilter(label="Search", method=narrow, widget=forms.SearchInput(attrs=CONTROL))


class KeyFilter(ListFilterSet):
    q = search_filter("name", "hint")
    team = django_filters.ModelChoiceFilter(queryset=teams, empty_label="Any", widget=forms.Select(attrs=SELECT))
    state = django_filters.ChoiceFilter(
        label="State",
        choices=[(name, name.capitalize()) for name in STATES],
        empty_label="All but revoked",
        method="in_state",
        widget=forms.Select(attrs=SELECT),
    )

    class Meta:
        model = ApiKey
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[ApiKey]:
        found = super().qs
        return found if self.data.get("state") in STATES else found.filter(revoked_at=None)

    def in_state(self, keys: QuerySet[ApiKey], name: str, value: str) -> QuerySet[ApiKey]:
        return keys.filter(STATES[value])
