"""Writes to routes, their targets and time limits."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from routing.models import Deployment, Route, RouteTarget
from tenants import audit
from tenants.announce import announce_tenant
from tenants.models import Organization, User
from tenants.writing import change, insert, lock, remove, require_own

TIMEOUTS = {name: f"{name}_timeout" for name in ("connect", "first_token", "idle", "total")}
MAX_SECONDS = 86_400
CHANGEABLE = {"name", "strategy", "retries", *TIMEOUTS.values()}


class TargetFields(TypedDict):
    deployment: Deployment
    weight: NotRequired[float]


class RouteFields(TypedDict, total=False):
    strategy: str
    retries: int  # per target
    timeouts: Mapping[str, float] | None  # seconds: connect, first_token, idle, total


@transaction.atomic
def create_route(
    *, actor: User | None, organization: Organization, name: str, targets: Sequence[TargetFields],
    **fields: Unpack[RouteFields],
) -> Route:  # fmt: skip
    route = Route(organization=organization, name=name, **_clean(fields))
    wanted = _checked_targets(organization, targets)
    insert(actor, "route.create", route, targets=_shown(wanted))
    _save_targets(route, wanted)
    announce_tenant(organization.pk)
    return route


@transaction.atomic
def update_route(*, actor: User | None, route: Route, **changes: Any) -> Route:
    """Change name, strategy, retries, timeouts (those that are given) or targets (all of them)."""
    targets = changes.pop("targets", None)
    changed = change(actor, "route.update", route, _clean(changes), CHANGEABLE)
    changed |= targets is not None and _set_targets(actor, route, targets)
    if changed:
        announce_tenant(route.organization_id)
    return route


@transaction.atomic
def delete_route(*, actor: User | None, route: Route) -> None:
    lock(route.organization)
    announce_tenant(route.organization_id)
    remove(actor, "route.delete", route, targets=_shown(_current(route)))


Targets = list[tuple[Deployment, float]]


def _set_targets(actor: User | None, route: Route, targets: Sequence[TargetFields]) -> bool:
    wanted, current = _checked_targets(route.organization, targets), _current(route)
    if wanted == current:
        return False
    RouteTarget.objects.filter(route=route).delete()
    _save_targets(route, wanted)
    before, after = {"targets": _shown(current)}, {"targets": _shown(wanted)}
    audit.record(actor, "route.set_targets", route, before=before, after=after)
    return True


def _save_targets(route: Route, targets: Targets) -> None:
    for position, (deployment, weight) in enumerate(targets):
        target = RouteTarget(route=route, deployment=deployment, position=position, weight=weight)
        target.full_clean(exclude=["route"])
        target.save()


def _current(route: Route) -> Targets:
    rows = RouteTarget.objects.filter(route=route).select_related("deployment")
    return [(row.deployment, row.weight) for row in rows]


def _checked_targets(organization: Organization, targets: Sequence[TargetFields]) -> Targets:
    wanted = [(target["deployment"], float(target.get("weight", 1))) for target in targets]
    for deployment, weight in wanted:
        require_own(organization, targets=deployment)
        if not 0 <= weight <= 1_000_000:
            raise ValidationError({"targets": f"{deployment}: a weight is between 0 and a million."})
    if len({deployment.pk for deployment, _ in wanted}) < len(wanted):
        raise ValidationError({"targets": "A deployment can be a route's target once."})
    if not any(weight for _, weight in wanted):
        raise ValidationError({"targets": "A route needs a target with a weight above zero."})
    return wanted


def _shown(targets: Targets) -> list[dict[str, Any]]:
    return [{"deployment": deployment.name, "weight": weight} for deployment, weight in targets]


def _clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the model has them: the four time limits side by side."""
    cleaned = dict(fields)
    timeouts = cleaned.pop("timeouts", None) or {}
    if unknown := sorted(set(timeouts) - set(TIMEOUTS)):
        raise ValidationError({"timeouts": f"Unknown: {', '.join(unknown)}. Known: {', '.join(TIMEOUTS)}."})
    for name, seconds in timeouts.items():
        if not 0.05 <= seconds <= MAX_SECONDS:  # not-a-number is not between them either
            raise ValidationError({"timeouts": f"{name} is between 0.05 and {MAX_SECONDS} seconds."})
    return cleaned | {TIMEOUTS[name]: seconds for name, seconds in timeouts.items()}
