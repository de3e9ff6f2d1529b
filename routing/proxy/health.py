"""Circuit breakers: a deployment that keeps failing is left out, and probed until it answers again."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from routing.proxy.snapshot import DeploymentRecord
from routing.wire.contract import ErrorKind

FAILURES_TO_OPEN = 3  # in a row
FIRST_PROBE_SECONDS, LONGEST_PROBE_SECONDS = 1.0, 30.0
UNWANTED_SECONDS = 600.0  # a deployment that no request has asked for so long is probed no more

# The deployment's own fault; a request that was wrong says nothing of its health.
COUNTED = frozenset({
    ErrorKind.RATE_LIMIT, ErrorKind.OVERLOADED, ErrorKind.SERVER, ErrorKind.TIMEOUT,
    ErrorKind.CONNECTION, ErrorKind.TRUNCATED, ErrorKind.AUTH,
})  # fmt: skip

Probe = Callable[[DeploymentRecord], Awaitable[bool]]


@dataclass(slots=True)
class Circuit:
    deployment: DeploymentRecord
    failures: int = 0  # in a row
    open: bool = False
    wait: float = FIRST_PROBE_SECONDS  # before the next probe
    probing: asyncio.Task[None] | None = None
    wanted_at: float = field(default_factory=time.monotonic)  # when a request last asked for it


class Health:
    """One circuit a deployment, in this worker. Users' requests never serve as probes."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._circuits: dict[int, Circuit] = {}

    def is_open(self, deployment: DeploymentRecord) -> bool:
        """Whether it is left out for now. One that was edited since it failed gets a new chance."""
        circuit = self._circuits.get(deployment.id)
        if circuit is None or not circuit.open or circuit.deployment.target != deployment.target:
            return False
        circuit.wanted_at = time.monotonic()
        return True

    def succeeded(self, deployment: DeploymentRecord) -> None:
        if self._circuits and not self.is_open(deployment):
            self._drop(deployment.id)

    def failed(self, deployment: DeploymentRecord, kind: ErrorKind, retry_after: float | None = None) -> None:
        """Count a failure; the one that fills the measure opens the circuit and starts the probes."""
        if kind not in COUNTED:
            return
        circuit = self._circuits.get(deployment.id)
        if circuit is None or circuit.deployment.target != deployment.target:
            self._drop(deployment.id)
            circuit = self._circuits[deployment.id] = Circuit(deployment)
        circuit.failures += 1
        if circuit.failures >= FAILURES_TO_OPEN and not circuit.open:
            circuit.open = True
            first_wait = max(circuit.wait, min(retry_after or 0, LONGEST_PROBE_SECONDS))
            circuit.probing = asyncio.create_task(self._probe_until_alive(circuit, first_wait))

    def _drop(self, deployment_id: int) -> None:
        circuit = self._circuits.pop(deployment_id, None)
        if circuit is not None and circuit.probing is not None:
            circuit.probing.cancel()

    async def close(self) -> None:
        tasks = [circuit.probing for circuit in self._circuits.values() if circuit.probing]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _probe_until_alive(self, circuit: Circuit, wait: float) -> None:
        alive = False
        while not alive:
            await asyncio.sleep(wait)
            if time.monotonic() - circuit.wanted_at > UNWANTED_SECONDS:  # it may be deleted, or edited, by now
                self._circuits.pop(circuit.deployment.id, None)
                return
            circuit.wait = wait = min(wait * 2, LONGEST_PROBE_SECONDS)
            with contextlib.suppress(Exception):  # whatever goes wrong in a probe, it is dead
                alive = await self._probe(circuit.deployment)
        circuit.open = False
        circuit.failures = FAILURES_TO_OPEN - 1  # on trial: one more failure opens it again, for longer
