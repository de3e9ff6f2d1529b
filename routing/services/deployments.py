"""Writes to deployments."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from billing.dataplane.cost import Rates
from billing.price_book import PIECES
from routing.models import Deployment, ProviderAccount
from routing.services.references import refuse_lonely_routes
from tenants.announce import announce_tenant
from tenants.models import Organization, User
from tenants.writing import change, insert, lock, remove, require_own

CHANGEABLE = {"name", "provider", "model", "price", "tags", "enabled"}
PRICED = [field.name for field in dataclass_fields(Rates)] + list(PIECES)


class DeploymentFields(TypedDict, total=False):
    price: Mapping[str, float] | None  # dollars per million tokens; None: from the price book
    tags: Sequence[str]
    enabled: bool


@transaction.atomic
def create_deployment(
    *, actor: User | None, organization: Organization, provider: ProviderAccount, name: str, model: str,
    **fields: Unpack[DeploymentFields],
) -> Deployment:  # fmt: skip
    cleaned = _clean(organization, {"provider": provider, **fields})
    deployment = Deployment(organization=organization, name=name, model=model, **cleaned)
    insert(actor, "deployment.create", deployment)
    announce_tenant(organization.pk)
    return deployment


@transaction.atomic
def update_deployment(*, actor: User | None, deployment: Deployment, **changes: Any) -> Deployment:
    """Change name, provider, model, price, tags or enabled."""
    cleaned = _clean(deployment.organization, changes)
    if change(actor, "deployment.update", deployment, cleaned, CHANGEABLE):
        announce_tenant(deployment.organization_id)
    return deployment


@transaction.atomic
def delete_deployment(*, actor: User | None, deployment: Deployment) -> None:
    """Delete a deployment. Refused where a route would be left without a target."""
    lock(deployment.organization)
    refuse_lonely_routes([deployment])
    announce_tenant(deployment.organization_id)
    remove(actor, "deployment.delete", deployment)


def _clean(organization: Organization, fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(fields)
    require_own(organization, provider=cleaned.get("provider"))
    if "price" in cleaned:
        _check_price(cleaned["price"])
    if "tags" in cleaned:
        cleaned["tags"] = list(cleaned["tags"])
    return cleaned


def _check_price(price: Mapping[str, float] | None) -> None:
    if price is None:
        return
    if unknown := sorted(set(price) - set(PRICED)):
        raise ValidationError({"price": f"Unknown: {', '.join(unknown)}. Known: {', '.join(PRICED)}."})
    if missing := sorted({"input", "output"} - set(price)):
        raise ValidationError({"price": f"Missing: {', '.join(missing)}. In dollars per million tokens."})
    for name, value in price.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise ValidationError({"price": f"{name} is no price: dollars per million tokens, zero or more."})
