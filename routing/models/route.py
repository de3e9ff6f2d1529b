"""A model name that apps use, and the deployments behind it."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from routing.models.deployment import Deployment
from tenants.models import Organization


class Strategy(models.TextChoices):
    PRIORITY = "priority", "Priority: in the order of the list"
    WEIGHTED = "weighted", "Weighted: by share, the others as fallbacks"


# Model names as providers write them: "gpt-4o", "meta-llama/Llama-3.3-70B-Instruct", "qwen2.5:7b".
route_name_validator = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,126}$", "Not a usable model name.")


class RouteQuerySet(models.QuerySet["Route"]):
    def for_organization(self, organization: Organization) -> "RouteQuerySet":
        return self.filter(organization=organization).prefetch_related("targets__deployment__provider")


class Route(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="routes")
    name = models.CharField(max_length=127, validators=[route_name_validator])
    strategy = models.CharField(max_length=16, choices=Strategy.choices, default=Strategy.PRIORITY)
    retries = models.PositiveSmallIntegerField(
        default=1,
        validators=[MaxValueValidator(10)],
        help_text="Per target; attempts are at most targets × (1 + retries).",
    )
    connect_timeout = models.FloatField(default=5, validators=[MinValueValidator(0.05)], help_text="Seconds.")
    first_token_timeout = models.FloatField(default=30, validators=[MinValueValidator(0.05)], help_text="Seconds.")
    idle_timeout = models.FloatField(default=30, validators=[MinValueValidator(0.05)], help_text="Seconds.")
    total_timeout = models.FloatField(default=600, validators=[MinValueValidator(0.05)], help_text="Seconds.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="route_name_unique")]

    def __str__(self) -> str:
        return self.name


class RouteTarget(models.Model):
    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="targets")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()
    weight = models.FloatField(default=1, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["route", "deployment"], name="route_target_unique"),
            models.UniqueConstraint(
                fields=["route", "position"],
                name="route_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route} → {self.deployment}"
