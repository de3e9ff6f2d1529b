"""Asking a deployment whether it lives, by a request that is free of charge.

It lives if it takes a key and has no trouble of its own: 429 says that it is limited for now, 403 that the key may do
other things than this, 404 that there is nothing to ask for.
"""

import asyncio

from routing.providers.registry import KINDS
from routing.proxy.health import Probe
from routing.proxy.snapshot import DeploymentRecord
from routing.proxy.upstream import Upstream
from routing.wire.contract import Outgoing

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
KEY_REFUSED = 401


def prober(upstream: Upstream) -> Probe:
    """A probe over this worker's connections."""

    async def probe(deployment: DeploymentRecord) -> bool:
        target = deployment.target
        path = KINDS[target.kind].probe
        if not path:
            return True
        async with asyncio.timeout(ANSWER_SECONDS):
            for one in deployment.keyed or (target,):
                response = await upstream.send(Outgoing(path, method="GET"), one, CONNECT_SECONDS)
                response.close()
                if response.status != KEY_REFUSED:
                    return response.status < 500
        return False  # it answers, but would refuse every request

    return probe
