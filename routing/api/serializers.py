"""Providers, deployments and routes as the API shows and takes them."""

from typing import Any

from rest_framework import serializers

from routing.models import Credential, Deployment, ProviderAccount, Route, RouteTarget
from routing.services.routes import TIMEOUTS
from tenants.api.fields import OwnRowField, RowSerializer, StrictSerializer, TextMapField


class CredentialSerializer(RowSerializer[Credential]):
    class Meta:
        model = Credential
        fields = ["hint", "created_at"]


class ProviderSerializer(RowSerializer[ProviderAccount]):
    headers = TextMapField(required=False)
    settings = TextMapField(
        required=False,
        help_text="What the kind needs besides: region, project, api_version, … A change gives all of them.",
    )
    credentials = CredentialSerializer(many=True, read_only=True)
    api_keys = serializers.ListField(
        child=serializers.CharField(max_length=4096), write_only=True, required=False,
        help_text="All of the provider's keys: these replace the old ones. They are never shown again.",
    )  # fmt: skip

    class Meta:
        model = ProviderAccount
        fields = ["id", "name", "kind", "base_url", "headers", "settings", "credentials", "api_keys", "created_at"]


class PriceField(serializers.DictField):
    """Dollars per million tokens: input, output, cached_input, …; null for the price book's."""

    child = serializers.FloatField(min_value=0)


class DeploymentSerializer(RowSerializer[Deployment]):
    provider = OwnRowField(slug_field="name", queryset=ProviderAccount.objects.all())
    price = PriceField(required=False, allow_null=True)

    class Meta:
        model = Deployment
        fields = ["id", "name", "provider", "model", "price", "tags", "enabled", "created_at"]


class KeyProbeSerializer(StrictSerializer):
    """The same for one of several API keys, by its last characters."""

    hint = serializers.CharField(allow_blank=True)
    ok = serializers.BooleanField()
    message = serializers.CharField()


class ProbeSerializer(StrictSerializer):
    """What a cheap real call to a deployment gave; with several API keys, with each of them."""

    ok = serializers.BooleanField()
    latency_ms = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()
    keys = KeyProbeSerializer(many=True)


class ModelSerializer(StrictSerializer):
    id = serializers.CharField(help_text="What a deployment gives as its model.")
    name = serializers.CharField(required=False)
    context = serializers.IntegerField(required=False, help_text="Tokens.")  # type: ignore[assignment]


class ModelListingSerializer(StrictSerializer):
    """The models that a provider says it has, or why that is not known."""

    models = ModelSerializer(many=True)
    problem = serializers.CharField(allow_blank=True)


class TargetSerializer(RowSerializer[RouteTarget]):
    deployment = OwnRowField(slug_field="name", queryset=Deployment.objects.all())

    class Meta:
        model = RouteTarget
        fields = ["deployment", "weight"]


class TimeoutsSerializer(StrictSerializer):
    """Seconds."""

    connect = serializers.FloatField(min_value=0.05, required=False)
    first_token = serializers.FloatField(min_value=0.05, required=False)
    idle = serializers.FloatField(min_value=0.05, required=False)
    total = serializers.FloatField(min_value=0.05, required=False)

    def get_attribute(self, instance: Route) -> dict[str, Any]:
        return {name: getattr(instance, attribute) for name, attribute in TIMEOUTS.items()}


class RouteSerializer(RowSerializer[Route]):
    timeouts = TimeoutsSerializer(required=False)
    targets = TargetSerializer(many=True, help_text="In order. A change gives all of them.")

    class Meta:
        model = Route
        fields = ["id", "name", "strategy", "retries", "timeouts", "targets", "created_at"]
