"""API keys: shown once, stored as SHA-256."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tenants.models.organization import Organization
from tenants.models.people import User
from tenants.models.team import Team


class KeyKind(models.TextChoices):
    LIVE = "live", "Live"
    TEST = "test", "Test (sandbox only)"


class Endpoint(models.TextChoices):
    """What a key may be limited to; the data plane's endpoints carry the same names."""

    CHAT = "chat", "Chat completions"
    RESPONSES = "responses", "Responses"
    COMPLETIONS = "completions", "Completions"
    MESSAGES = "messages", "Messages (Anthropic)"
    GENERATE_CONTENT = "generate_content", "generateContent (Google)"
    EMBEDDINGS = "embeddings", "Embeddings"
    MODERATIONS = "moderations", "Moderations"
    RERANK = "rerank", "Rerank"
    MODELS = "models", "Model list"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def for_organization(self, organization: Organization) -> "ApiKeyQuerySet":
        return self.filter(organization=organization).select_related("team", "created_by")

    def usable(self) -> "ApiKeyQuerySet":
        """Neither blocked, revoked nor expired."""
        alive = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(alive, blocked=False, revoked_at=None)


class ApiKey(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="keys")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="keys", null=True, blank=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=4, choices=KeyKind.choices, default=KeyKind.LIVE)
    hint = models.CharField(max_length=24, help_text="The beginning of the key, enough to tell it from others.")
    digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the key.")
    routes = ArrayField(
        models.CharField(max_length=200),
        null=True,
        blank=True,
        help_text="Model names it may call, with wildcards. Null: all; empty: none.",
    )
    endpoints = ArrayField(
        models.CharField(max_length=32, choices=Endpoint.choices),
        null=True,
        blank=True,
        help_text="Endpoints it may call. Null: all; empty: none.",
    )
    tags = models.JSONField(default=dict, blank=True, help_text="Name → value; copied to each usage row.")
    expires_at = models.DateTimeField(null=True, blank=True)
    blocked = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # A revoked key's name may be used again.
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(revoked_at=None),
                name="key_name_unique",
                violation_error_code="unique_together",
                violation_error_message="A key of this name exists already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
