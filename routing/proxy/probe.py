"""Asking a deployment whether it lives, by a request that is free of charge."""

import asyncio

from routing.providers.registry import KINDS
from routing.proxy.health import Probe
from routing.proxy.snapshot import DeploymentRecord
from routing.proxy.upstream import Upstream
from routing.wire.contract import Outgoing

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0


def prober(upstream: Upstream) -> Probe:
    """A probe over this worker's connections. Any answer that is no server error counts as life."""

    async def probe(deployment: DeploymentRecord) -> bool:
        target = deployment.target
        path = KINDS[target.kind].probe
        if not path:
            return True
        async with asyncio.timeout(ANSWER_SECONDS):
            response = await upstream.send(Outgoing(path, method="GET"), target, CONNECT_SECONDS)
        response.close()
        return response.status < 500

    return probe
