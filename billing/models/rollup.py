"""Sums over the ledger in quarter hours, kept in the same statement that writes the rows.

A quarter of an hour, because every timezone's offset is a multiple of it: any tenant's days sum exactly.
"""

from django.db import models

from billing.models.usage import MONEY


class UsageRollup(models.Model):
    """Requests, tokens and dollars of one quarter hour by who and where."""

    organization_id = models.BigIntegerField()
    period = models.DateTimeField(help_text="Start of the quarter hour, UTC.")
    team_id = models.BigIntegerField(help_text="0 for none, so that the unique key holds.")
    key_id = models.BigIntegerField()
    route = models.TextField()
    provider = models.TextField()
    deployment_id = models.BigIntegerField()
    model = models.TextField()
    # The names as last seen: pages show them after what they name is gone.
    team = models.TextField(db_default="")
    key = models.TextField(db_default="")
    deployment = models.TextField(db_default="")
    requests = models.BigIntegerField()
    errors = models.BigIntegerField()
    aborted = models.BigIntegerField()
    unpriced = models.BigIntegerField()
    input_tokens = models.BigIntegerField()
    cached_input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cost = models.DecimalField(**MONEY)
    list_cost = models.DecimalField(**MONEY)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organization_id",
                    "period",
                    "team_id",
                    "key_id",
                    "route",
                    "provider",
                    "deployment_id",
                    "model",
                ],
                name="usage_rollup_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.period:%F %H:%M}"


class LatencyRollup(models.Model):
    """A histogram of durations: how many requests of a quarter hour fell into each bucket."""

    organization_id = models.BigIntegerField()
    period = models.DateTimeField()
    deployment_id = models.BigIntegerField()
    measure = models.CharField(max_length=12, help_text="duration or first_token.")
    bucket = models.SmallIntegerField(help_text="Eight to each doubling: floor(8 × log2(ms)).")
    requests = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "period", "deployment_id", "measure", "bucket"],
                name="latency_rollup_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.bucket}"
