"""Builds a worker's data plane when the server starts, and takes it down in order when it stops."""

import asyncio
import logging

from django.conf import settings

from billing.dataplane.journal import Journal
from billing.dataplane.shipping import Shipper
from gateway_platform.database import dsn
from gateway_platform.snapshot_loader import SnapshotLoader
from routing.proxy.health import Health
from routing.proxy.log import RequestLog
from routing.proxy.metrics import METRICS_SECONDS, write_down
from routing.proxy.plane import DataPlane
from routing.proxy.postgres_responses import PostgresResponses
from routing.proxy.probe import prober
from routing.proxy.report import WORKER
from routing.proxy.upstream import Upstream
from routing.wire.tokens import load_vocabulary

logger = logging.getLogger(__name__)
DRAIN_SECONDS = 10.0  # for the journal, once no request is under way


class Assembly:
    """The parts of one worker; made inside its event loop."""

    def __init__(self) -> None:
        load_vocabulary()
        journal = Journal(settings.JOURNAL_DIR, WORKER)
        upstream = Upstream(settings.ALLOW_PRIVATE_UPSTREAMS)
        self._loader = SnapshotLoader()
        self._shipper = Shipper(journal, dsn())
        self._responses = PostgresResponses(dsn())
        self.plane = DataPlane(
            keys=self._loader.keys,
            tenants=self._loader.tenants,
            upstream=upstream,
            health=Health(prober(upstream)),
            journal=journal,
            log=RequestLog(),
            responses=self._responses,
            max_body=settings.MAX_BODY_BYTES,
            is_ready=lambda: self._loader.connected_once,
        )

    def start(self) -> None:
        self._loader.start()
        self._shipper.start()
        self._metrics = asyncio.create_task(self._keep_metrics(), name="metrics")

    async def stop(self) -> None:
        """No request is under way any more: close what served them, and ship the last rows."""
        self._metrics.cancel()
        await self.plane.health.close()
        await self.plane.upstream.close()
        await self._responses.close()
        await self._loader.close()
        write_down(self.plane.journal)
        if not await self._shipper.drain(DRAIN_SECONDS):
            logger.warning("usage rows are left in %s; the next worker ships them", settings.JOURNAL_DIR)

    async def _keep_metrics(self) -> None:
        while True:
            await asyncio.sleep(METRICS_SECONDS)
            write_down(self.plane.journal)
