"""A tenant: nothing of one organisation is ever visible to another."""

from django.core.validators import RegexValidator
from django.db import models

slug_validator = RegexValidator(
    r"^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$",
    "Use lower-case letters, digits, dots, dashes and underscores; begin and end with a letter or digit.",
)


class ContentLogging(models.TextChoices):
    """How much of a request's content the platform keeps."""

    OFF = "off", "Off"
    METADATA = "metadata", "Metadata"
    FULL = "full", "Full"


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user) -> "OrganizationQuerySet":
        """Organisations that a person may open: their own, or all of them for an operator."""
        if user.is_operator:
            return self
        return self.filter(memberships__user=user)


class Organization(models.Model):
    slug = models.CharField(max_length=63, unique=True, validators=[slug_validator])
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC", help_text="Budgets, reports and pages count in it.")
    content_logging = models.CharField(max_length=8, choices=ContentLogging.choices, default=ContentLogging.METADATA)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
