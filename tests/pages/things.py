"""What tests of the pages look at."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from billing.dataplane.ledger_sql import ENSURE_PARTITIONS, INSERT
from billing.models import UsageEvent
from routing.models import Deployment, ProviderAccount, Route
from tenants.models import ApiKey, Organization, Team
from tests.billing.events import make_event


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
    "providers", "provider-create", "provider-models", "deployments", "deployment-create", "routes", "route-create",
}  # fmt: skip


def make_request(organization: Organization, at: datetime | None = None, **fields: Any) -> UsageEvent:
    """A ledger row as workers ship it, rollups included: an answered request of now, with some fields changed."""
    answered = {
        "deployment": "mini",
        "provider": "main",
        "model": "gpt-4o-mini",
        "status": 200,
        "error": "",
        "ms": 870,
        "cost": 0,
    }
    ordinary: dict[str, Any] = {
        "at": int((at or timezone.now()).timestamp() * 1_000_000), "organization_id": organization.pk,
        "organization": organization.slug, "provider": "main", "key_id": 1, "key": "app", "team_id": None, "team": "",
        "tags": {}, "attempts": [answered], "cached_input_tokens": 0, "first_token_ms": 200,
        "price": {"source": "override", "input": 150_000_000, "output": 600_000_000, "tiers": [], "per_request": 0},
    }  # fmt: skip
    event = make_event(**ordinary | fields)
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        for statement in (ENSURE_PARTITIONS, INSERT):
            cursor.execute(statement, {"lines": json.dumps(event).encode()})
    return UsageEvent.objects.get(id=event["id"])
