"""The ledger: one row a request, partitioned by day.

Rows keep plain ids and names and no foreign keys, since they outlive the configuration that they describe.
"""

from datetime import datetime
from typing import Any

from django.db import models

from tenants.models import Organization

MONEY: dict[str, Any] = {"max_digits": 24, "decimal_places": 9}  # dollars, exact to the nano-dollar


class Outcome(models.TextChoices):
    OK = "ok", "Answered"
    ERROR = "error", "Failed"
    ABORTED = "aborted", "Client left"
    TRUNCATED = "truncated", "Cut short"


class UsageEventQuerySet(models.QuerySet["UsageEvent"]):
    """Reads of the request log. Every one begins with `for_organization`."""

    def for_organization(self, organization: Organization) -> "UsageEventQuerySet":
        return self.filter(organization_id=organization.pk)

    def between(self, start: datetime, end: datetime) -> "UsageEventQuerySet":
        """From `start` up to and without `end`. Only the partitions of these days are read."""
        return self.filter(at__gte=start, at__lt=end)

    def failed(self) -> "UsageEventQuerySet":
        """Everything but whole answers."""
        return self.exclude(outcome=Outcome.OK)

    def unpriced(self) -> "UsageEventQuerySet":
        return self.filter(unpriced=True)

    def count_up_to(self, limit: int) -> int:
        """How many there are, where more than `limit` is as good as `limit`: never reads further than that."""
        return self.order_by()[:limit].count()


class UsageEvent(models.Model):
    """One request: who, what, where it went, how it ended, what it used and cost."""

    pk = models.CompositePrimaryKey("id", "at")
    id = models.UUIDField(help_text="Made by the worker; an event shipped twice is one row.")
    at = models.DateTimeField(help_text="When the request came in. The partition key.")
    request_id = models.CharField(max_length=64)
    organization_id = models.BigIntegerField()
    organization = models.TextField(help_text="Slug.")
    team_id = models.BigIntegerField(null=True)
    team = models.TextField(blank=True, default="")
    key_id = models.BigIntegerField(null=True)
    key = models.TextField(blank=True, default="")
    end_user = models.TextField(blank=True, default="")
    tags = models.JSONField(default=dict)

    endpoint = models.TextField()
    requested_model = models.TextField()
    route = models.TextField(blank=True, default="")
    provider = models.TextField(blank=True, default="")
    provider_kind = models.TextField(blank=True, default="")
    deployment_id = models.BigIntegerField(null=True)
    deployment = models.TextField(blank=True, default="")
    model = models.TextField(blank=True, default="")
    stream = models.BooleanField(default=False)

    outcome = models.TextField(choices=Outcome.choices)
    status = models.SmallIntegerField(help_text="HTTP status sent to the client; 499 if it left before one was.")
    error_code = models.TextField(blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    attempts = models.JSONField(
        default=list, help_text="Each: deployment, provider, model, status, error, ms, cost (nano-dollars)."
    )

    input_tokens = models.BigIntegerField(default=0, help_text="All of the prompt, cached parts included.")
    cached_input_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    input_audio_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0, help_text="Reasoning included.")
    reasoning_tokens = models.BigIntegerField(default=0)
    output_audio_tokens = models.BigIntegerField(default=0)
    usage_source = models.TextField(default="none", help_text="provider, estimate or none.")

    cost = models.DecimalField(**MONEY, default=0, help_text="Charged.")
    list_cost = models.DecimalField(**MONEY, default=0, help_text="What it would have cost without the levers.")
    unpriced = models.BooleanField(
        default=False, help_text="Tokens were used but no price is known, or usage was absurd."
    )
    price = models.JSONField(null=True, help_text="The price it was charged at, and where that came from.")

    duration_ms = models.IntegerField(default=0)
    first_token_ms = models.IntegerField(null=True)
    worker = models.TextField(blank=True, default="")

    objects = UsageEventQuerySet.as_manager()

    class Meta:
        db_table = "billing_usageevent"
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["organization_id", "-at"], name="usage_org_at"),
            models.Index(fields=["organization_id", "key_id", "-at"], name="usage_org_key_at"),
            models.Index(fields=["organization_id", "request_id"], name="usage_org_request"),
            models.Index(fields=["organization_id", "-at"], name="usage_org_failed", condition=~models.Q(outcome="ok")),
            models.Index(
                fields=["organization_id", "-at"],
                name="usage_org_unpriced",
                condition=models.Q(unpriced=True),
            ),
            models.Index(
                fields=["organization_id", "end_user", "-at"],
                name="usage_org_end_user_at",
                condition=~models.Q(end_user=""),
            ),
        ]

    def __str__(self) -> str:
        return self.request_id
