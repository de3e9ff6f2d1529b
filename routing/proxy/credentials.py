"""Several API keys of one provider account: the first that works is used, the others stand in for it.

A key that the provider refuses (401, 402, 403) is dead: nothing is sent with it while another lives, until it gets
another chance some minutes later. One that has reached its rate limit rests for as long as the provider says. Where no
key is left, the one that failed longest ago is tried: whether it works, the provider knows best. Each worker learns
this for itself, and forgets it when the account's keys change. An account with one key has no state here.
"""

import logging
import time

from routing.proxy.metrics import KEYS_FAILED
from routing.proxy.snapshot import DeploymentRecord
from routing.wire.contract import ErrorKind, Target

logger = logging.getLogger(__name__)
DEAD_SECONDS = 300.0
REST_SECONDS, LONGEST_REST = 10.0, 600.0  # where the provider does not say; whatever it says
MOST_ACCOUNTS = 10_000


class Ring:
    """The keys of one account, each with the moments (monotonic) until which it is dead or rests."""

    __slots__ = ("dead", "rests", "secrets")

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self.secrets = secrets
        self.dead, self.rests = [0.0] * len(secrets), [0.0] * len(secrets)

    def best(self, now: float) -> int:
        """The first that neither is dead nor rests; else the living one that rests shortest; else the first to die."""
        for index, rest in enumerate(self.rests):
            if rest <= now and self.dead[index] <= now:
                return index
        return min(range(len(self.secrets)), key=lambda each: (max(self.dead[each] - now, 0), self.rests[each]))


class Credentials:
    """One worker's knowledge of all accounts that have several keys."""

    def __init__(self) -> None:
        self._rings: dict[int, Ring] = {}

    def choose(self, deployment: DeploymentRecord) -> int:
        """Which of its keys to send with, by its place."""
        return self._ring(deployment).best(time.monotonic())

    def target(self, deployment: DeploymentRecord) -> Target:
        """For one request outside the attempts: its target with the key to send with."""
        if len(deployment.target.secrets) < 2:
            return deployment.target
        return deployment.keyed[self.choose(deployment)]

    def failed(self, deployment: DeploymentRecord, key: int, kind: ErrorKind, retry_after: float | None) -> bool:
        """Take note of a failure. True: it is the key's alone, and another can stand in."""
        if len(deployment.target.secrets) < 2 or kind not in (ErrorKind.AUTH, ErrorKind.RATE_LIMIT):
            return False
        ring, now = self._ring(deployment), time.monotonic()
        if kind is ErrorKind.AUTH:
            _note(deployment, key, "refused", is_news=ring.dead[key] <= now)
            ring.dead[key] = now + DEAD_SECONDS
        else:
            _note(deployment, key, "rate_limit", is_news=ring.rests[key] <= now)
            ring.rests[key] = now + min(retry_after or REST_SECONDS, LONGEST_REST)
            ring.dead[key] = 0.0  # the provider knows it
        best = ring.best(now)
        return ring.dead[best] <= now and (kind is ErrorKind.AUTH or ring.rests[best] <= now)

    def alive(self, deployment: DeploymentRecord) -> bool:
        """Whether one of its several keys is not dead. One key is no choice."""
        if len(deployment.target.secrets) < 2:
            return False
        ring, now = self._ring(deployment), time.monotonic()
        return ring.dead[ring.best(now)] <= now

    def succeeded(self, deployment: DeploymentRecord, key: int) -> None:
        """It works: whatever was held against it is over."""
        ring = self._ring(deployment)
        ring.dead[key] = ring.rests[key] = 0.0

    def _ring(self, deployment: DeploymentRecord) -> Ring:
        secrets = deployment.target.secrets
        ring = self._rings.get(deployment.provider_id)
        if ring is None or ring.secrets != secrets:
            if len(self._rings) >= MOST_ACCOUNTS:
                self._rings.clear()
            ring = self._rings[deployment.provider_id] = Ring(secrets)
        return ring


def _note(deployment: DeploymentRecord, key: int, why: str, is_news: bool) -> None:
    """Say it once, by the key's place in the account: nothing of the key itself is told."""
    if is_news:
        KEYS_FAILED.labels(why).inc()
        place = f"{key + 1} of {len(deployment.target.secrets)}"
        logger.warning("provider %s: API key %s is left out (%s)", deployment.provider, place, why)
