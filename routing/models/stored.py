"""Answers of the Responses API that are kept, or whose keeper is remembered."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from tenants.models import Organization


class StoredResponseQuerySet(models.QuerySet["StoredResponse"]):
    def for_organization(self, organization: Organization) -> "StoredResponseQuerySet":
        return self.filter(organization=organization)

    def expired(self) -> "StoredResponseQuerySet":
        return self.filter(expires_at__lte=timezone.now())


class StoredResponse(models.Model):
    """Written and read by the data plane (routing/proxy/postgres_responses.py); an id belongs to one organisation."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    response_id = models.TextField()
    previous_id = models.TextField(null=True)
    deployment_id = models.BigIntegerField(null=True, help_text="That answered. A plain id: rows outlive deployments.")
    at_provider = models.BooleanField(default=False, help_text="The provider keeps it; here is only whose it is.")
    body = models.BinaryField(help_text="The Response object, as JSON.")
    items = models.BinaryField(help_text="Its own input items, as JSON.")
    item_ids = ArrayField(models.TextField(), default=list, help_text="Of its output items.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = StoredResponseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "response_id"], name="response_id_unique")]
        indexes = [GinIndex(fields=["item_ids"], name="response_item_ids")]

    def __str__(self) -> str:
        return self.response_id
