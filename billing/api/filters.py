"""What the request log can be narrowed by."""

from typing import Any

import django_filters
from django.utils import timezone

from billing.api.serializers import DEFAULT_SPAN
from billing.models import UsageEvent
from billing.models.usage import UsageEventQuerySet


class RequestFilter(django_filters.FilterSet):
    start = django_filters.IsoDateTimeFilter("at", "gte", help_text="A day ago, unless told otherwise.")
    end = django_filters.IsoDateTimeFilter("at", "lt")

    class Meta:
        model = UsageEvent
        fields = [
            "key_id", "key", "team_id", "team", "route", "provider", "deployment_id", "deployment", "model",
            "requested_model", "endpoint", "end_user", "outcome", "status", "error_code", "stream", "unpriced",
        ]  # fmt: skip

    def filter_queryset(self, queryset: UsageEventQuerySet) -> Any:
        """Without a beginning, the database would look through every day that there is."""
        ranged = self.form.cleaned_data
        if not ranged["start"]:
            queryset = queryset.filter(at__gte=(ranged["end"] or timezone.now()) - DEFAULT_SPAN)
        return super().filter_queryset(queryset)
