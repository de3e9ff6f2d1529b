"""A team inside an organisation: owns keys, and later budgets."""

from django.db import models

from tenants.models.organization import Organization, slug_validator


class TeamQuerySet(models.QuerySet["Team"]):
    def for_organization(self, organization: Organization) -> "TeamQuerySet":
        return self.filter(organization=organization)


class Team(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    slug = models.CharField(max_length=63, validators=[slug_validator])
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="team_slug_unique")]

    def __str__(self) -> str:
        return self.name
