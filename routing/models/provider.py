"""An address that answers, and the secrets that open it."""

from django.db import models

from routing.providers.registry import kind_choices
from tenants.models import Organization
from tenants.models.organization import slug_validator


class ProviderAccountQuerySet(models.QuerySet["ProviderAccount"]):
    def for_organization(self, organization: Organization) -> "ProviderAccountQuerySet":
        return self.filter(organization=organization).prefetch_related("credentials")


class ProviderAccount(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="providers")
    name = models.CharField(max_length=63, validators=[slug_validator])
    kind = models.CharField(max_length=32, choices=kind_choices)
    base_url = models.CharField(max_length=500, blank=True, help_text="Up to and with /v1; no trailing slash.")
    headers = models.JSONField(default=dict, blank=True, help_text="Sent with every request; no secrets here.")
    settings = models.JSONField(
        default=dict, blank=True, help_text="What the kind needs besides: region, project, api_version, …"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProviderAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="provider_name_unique")]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """One secret of a provider account, encrypted with the platform's key set (routing/encryption.py)."""

    provider = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="credentials")
    encrypted = models.BinaryField()
    hint = models.CharField(max_length=16, help_text="The last four characters.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"…{self.hint}"
