"""What lists of the API can be narrowed by."""

import django_filters

from tenants.models import ApiKey


class KeyFilter(django_filters.FilterSet):
    team = django_filters.CharFilter(field_name="team__slug", help_text="The team's slug.")
    revoked = django_filters.BooleanFilter(field_name="revoked_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = ApiKey
        fields = ["name", "kind", "blocked"]
