"""What tests of the pages look at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from billing.models import UsageEvent
from routing.models import Deployment, ProviderAccount, Route
from tenants.models import ApiKey, Organization, Team


@dataclass
class Things:
    """One of everything in one organisation."""

    organization: Organization
    team: Team
    key: ApiKey
    provider: ProviderAccount
    deployment: Deployment
    route: Route
    request: UsageEvent

    def url(self, name: str) -> str:
        """A page's address. Names of pages about one thing begin with the thing: `key-edit` is about the key."""
        arguments: list[Any] = [self.organization.slug]
        if name not in COLLECTIONS:
            thing = getattr(self, name.partition("-")[0])
            arguments.append(thing.id)
        return reverse(name, args=arguments)


COLLECTIONS = {
    "organization", "overview", "requests", "request-export", "keys", "key-create",
    "providers", "provider-create", "deployments", "deployment-create", "routes", "route-create",
}  # fmt: skip


def make_request(organization: Organization, at: datetime | None = None, **fields: Any) -> UsageEvent:
    """A ledger row: an ordinary answered request of now, with some fields changed."""
    at = at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_ensure_partition(%s::date)", [at.date()])
    ordinary = {
        "id": uuid4(), "at": at, "request_id": f"req_{uuid4().hex}", "organization_id": organization.pk,
        "organization": organization.slug, "endpoint": "chat", "requested_model": "fast", "route": "fast",
        "provider": "main", "deployment": "mini", "model": "gpt-4o-mini", "outcome": "ok", "status": 200,
        "attempts": [{"deployment": "mini", "provider": "main", "model": "gpt-4o-mini", "status": 200,
                      "error": "", "ms": 870, "cost": 345_000}],
        "input_tokens": 1200, "output_tokens": 300, "usage_source": "provider", "cost": "0.000345",
        "price": {"source": "override", "input": 150_000_000, "output": 600_000_000, "tiers": [], "per_request": 0},
        "duration_ms": 900, "first_token_ms": 200,
    }  # fmt: skip
    return UsageEvent.objects.create(**ordinary | fields)
