"""The audit trail: who changed what, from what to what."""

from django.db import models

from tenants.models.organization import Organization
from tenants.models.people import User


class AuditEvent(models.Model):
    """One control-plane write. Rows outlive what they describe, so the target is kept as text."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    organization = models.ForeignKey(Organization, on_delete=models.SET_NULL, null=True, related_name="+")
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=254, help_text="E-mail address, or 'command line'.")
    action = models.CharField(max_length=64, help_text="For instance key.create.")
    target = models.CharField(max_length=254)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.target}"
