"""A model at a provider."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from routing.models.provider import ProviderAccount
from tenants.models import Organization
from tenants.models.organization import slug_validator


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def for_organization(self, organization: Organization) -> "DeploymentQuerySet":
        return self.filter(organization=organization).select_related("provider")


class Deployment(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="deployments")
    provider = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="deployments")
    name = models.CharField(max_length=63, validators=[slug_validator])
    model = models.CharField(max_length=200, help_text="The provider's own name for the model.")
    price = models.JSONField(
        null=True,
        blank=True,
        help_text="Dollars per million tokens: input, output, cached_input, … Null: from the price book.",
    )
    tags = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="deployment_name_unique")]

    def __str__(self) -> str:
        return self.name
