"""The request log and sums over it as the API shows them."""

from datetime import datetime, timedelta
from typing import Any, get_args

from django.utils import timezone
from rest_framework import serializers

from billing.models import UsageEvent
from billing.models.usage import MONEY
from billing.reports import Dimension
from tenants.api.fields import RowSerializer, StrictSerializer, TextMapField

DEFAULT_SPAN = timedelta(days=1)
LONGEST_SPAN = timedelta(days=400)


class AttemptSerializer(StrictSerializer):
    """One try at a deployment."""

    deployment = serializers.CharField()
    provider = serializers.CharField()
    model = serializers.CharField()
    status = serializers.IntegerField(help_text="0 if no answer came.")
    error = serializers.CharField()
    ms = serializers.IntegerField()
    cost = serializers.IntegerField(help_text="Nano-dollars.")


class RequestSerializer(RowSerializer[UsageEvent]):
    tags = TextMapField()
    attempts = AttemptSerializer(many=True)

    class Meta:
        model = UsageEvent
        exclude = ["pk", "organization_id", "organization", "worker"]


class RangeSerializer(StrictSerializer):
    """From `start` up to and without `end`; the last day if nothing is given."""

    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        end: datetime = attrs.get("end") or timezone.now()
        start: datetime = attrs.get("start") or end - DEFAULT_SPAN
        if not start < end <= start + LONGEST_SPAN:
            raise serializers.ValidationError({"start": f"A range has up to {LONGEST_SPAN.days} days before its end."})
        return {**attrs, "start": start, "end": end}


class UsageQuerySerializer(RangeSerializer):
    by = serializers.ChoiceField(choices=get_args(Dimension), required=False, help_text="Also list who used most.")
    limit = serializers.IntegerField(min_value=1, max_value=500, default=10, help_text="How many of them.")
    team = serializers.IntegerField(required=False, help_text="A team's id. This and what follows narrow the sums.")
    key = serializers.IntegerField(required=False, help_text="A key's id.")
    deployment = serializers.IntegerField(required=False, help_text="A deployment's id.")
    route = serializers.CharField(required=False)
    provider = serializers.CharField(required=False)
    model = serializers.CharField(required=False)


class TotalsSerializer(StrictSerializer):
    """Sums; money in dollars."""

    requests = serializers.IntegerField()
    errors = serializers.IntegerField(help_text="Failed, or cut short.")  # type: ignore[assignment]  # not DRF's own
    aborted = serializers.IntegerField(help_text="The client left.")
    unpriced = serializers.IntegerField(help_text="Without a known price: the cost lacks these.")
    input_tokens = serializers.IntegerField()
    cached_input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.DecimalField(**MONEY)
    list_cost = serializers.DecimalField(**MONEY, help_text="What it would have cost without the levers.")


class PointSerializer(StrictSerializer):
    start = serializers.DateTimeField()
    totals = TotalsSerializer()


class ShareSerializer(StrictSerializer):
    id = serializers.CharField(help_text="An id for teams, keys and deployments; else a name.")
    name = serializers.CharField()
    totals = TotalsSerializer()


class LatencySerializer(StrictSerializer):
    """Milliseconds, of requests that were answered; null where nothing was measured."""

    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    requests = serializers.IntegerField()


class UsageSerializer(StrictSerializer):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    totals = TotalsSerializer()
    duration = LatencySerializer()
    first_token = LatencySerializer()
    series = PointSerializer(many=True, help_text="Quarter hours, hours or days, as the range is long.")
    top = ShareSerializer(many=True, help_text="Of the dimension in `by`, most expensive first.")
