"""From a route to the deployments to try, in order."""

import math
import random
from collections.abc import Sequence

from routing.proxy.health import FIRST_PROBE_SECONDS, Health
from routing.proxy.snapshot import DeploymentRecord, RouteRecord
from routing.wire.failure import GatewayError
from tenants.dataplane.records import KeyRecord

Weighted = tuple[DeploymentRecord, float]


def candidates(route: RouteRecord, key: KeyRecord, health: Health) -> list[DeploymentRecord]:
    """The deployments to try, best first. Raises `GatewayError` (403, 503) if there is none."""
    allowed: Sequence[Weighted] = route.targets
    if key.kind == "test":
        allowed = [target for target in route.targets if target[0].target.kind == "sandbox"]
        if not allowed and route.targets:
            raise GatewayError(403, "test_key", "A test key calls sandbox deployments only.", param="model")
    alive = [target for target in allowed if not health.is_open(target[0])]
    if not alive:
        message = f"No deployment of '{route.name}' is available now."
        raise GatewayError(503, "no_deployment_available", message, retry_after=FIRST_PROBE_SECONDS)
    if route.strategy == "weighted" and len(alive) > 1:
        return by_weight(alive)
    return [deployment for deployment, _ in alive]


def by_weight(targets: list[Weighted]) -> list[DeploymentRecord]:
    """A random order in which each place goes by share of weight; those of weight 0 come last, as listed."""
    # The first to arrive of several Poisson processes is a draw in proportion to their rates, and so is each next one.
    drawn = [(random.expovariate(weight) if weight > 0 else math.inf, d) for d, weight in targets]
    return [deployment for _, deployment in sorted(drawn, key=lambda pair: pair[0])]
