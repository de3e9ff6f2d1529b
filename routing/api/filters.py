"""What lists of the API can be narrowed by."""

import django_filters

from routing.models import Deployment


class DeploymentFilter(django_filters.FilterSet):
    provider = django_filters.CharFilter(field_name="provider__name", help_text="The provider's name.")

    class Meta:
        model = Deployment
        fields = ["name", "model", "enabled"]
