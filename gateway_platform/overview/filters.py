"""What the request log can be narrowed by. The range of time is apart: it decides which partitions are read."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from billing.models import Outcome, UsageEvent
from gateway_platform.overview.ranges import DEFAULT, LABELS
from tenants.filters import CONTROL, SELECT, ListFilterSet, search_filter
from tenants.models import ApiKey, Team
from tenants.web import PageRequest

NOT_OK = "failed"


def keys(request: PageRequest) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(organization=request.organization).only("name")


def teams(request: PageRequest) -> QuerySet[Team]:
    return Team.objects.for_organization(request.organization).only("name")


def exact(column: str, label: str, **attrs: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(column, label=label, widget=forms.TextInput(attrs=CONTROL | attrs))


def choice(label: str, choices: Any, method: str) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        label=label, choices=choices, method=method, empty_label="Any", widget=forms.Select(attrs=SELECT)
    )


def moment(label: str) -> django_filters.CharFilter:
    """One end of a custom range; ranges.chosen_range reads it."""
    attrs = CONTROL | {"type": "datetime-local", "data-shown-for": "range=custom"}
    return django_filters.CharFilter(label=label, method="leave", widget=forms.TextInput(attrs=attrs))


class RequestFilter(ListFilterSet):
    range = django_filters.ChoiceFilter(
        label="Time", choices=list(LABELS.items()), method="leave", empty_label=None, initial=DEFAULT,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    start, end = moment("From"), moment("To")
    outcome = choice("Outcome", [*Outcome.choices, (NOT_OK, "All that failed")], "by_outcome")
    key = django_filters.ModelChoiceFilter(
        queryset=keys, method="by_row", empty_label="Any", widget=forms.Select(attrs=SELECT)
    )
    route = exact("route", "Route", list="route-names")
    q = search_filter("error_message", "error_code", "requested_model", "end_user", "key", "tags_text")
    team = django_filters.ModelChoiceFilter(
        queryset=teams, method="by_row", empty_label="Any", widget=forms.Select(attrs=SELECT)
    )
    model = exact("model", "Model", list="model-names")
    provider = exact("provider", "Provider", list="provider-names")
    status = django_filters.NumberFilter("status", label="Status", widget=forms.NumberInput(attrs=CONTROL))
    end_user = exact("end_user", "End user")
    request_id = exact("request_id", "Request id")
    unpriced = choice("Price", [("yes", "Unpriced only")], "by_price")

    FIRST = ("range", "start", "end", "outcome", "key", "route", "q")

    class Meta:
        model = UsageEvent
        fields: list[str] = []

    @property
    def used(self) -> set[str]:
        """The filters that are set, but for the range."""
        return {name for name in self.filters if name not in ("range", "start", "end") and self.data.get(name)}

    @property
    def is_active(self) -> bool:
        return bool(self.used)

    @property
    def more_is_active(self) -> bool:
        return not self.used <= set(self.FIRST)

    def filter_queryset(self, queryset: QuerySet[UsageEvent]) -> QuerySet[UsageEvent]:
        if self.form.cleaned_data.get("q"):
            queryset = queryset.annotate(tags_text=Cast("tags", TextField()))
        return super().filter_queryset(queryset)

    def leave(self, events: QuerySet[UsageEvent], name: str, value: Any) -> QuerySet[UsageEvent]:
        return events

    def by_row(self, events: QuerySet[UsageEvent], name: str, value: ApiKey | Team) -> QuerySet[UsageEvent]:
        return events.filter(**{f"{name}_id": value.pk})

    def by_outcome(self, events: QuerySet[UsageEvent], name: str, value: str) -> QuerySet[UsageEvent]:
        return events.exclude(outcome=Outcome.OK) if value == NOT_OK else events.filter(outcome=value)

    def by_price(self, events: QuerySet[UsageEvent], name: str, value: str) -> QuerySet[UsageEvent]:
        return events.filter(unpriced=True)
