"""A connection to each worker of a gateway, and what the ledger says of a load."""

import http.client
import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import psutil

from billing.models import UsageEvent
from tests.gateway import Gateway
from tests.load import Answered
from tests.tenant import Tenant, chat_body
from tests.waiting import eventually


class WorkerConnection:
    """A connection that one worker holds, kept open."""

    def __init__(self, gateway: Gateway, tenant: Tenant) -> None:
        self._tenant = tenant
        self._connection = http.client.HTTPConnection(urlsplit(gateway.url).netloc, timeout=10)

    def chat(self, model: str) -> int:
        """One chat; gives its status."""
        headers = {"authorization": f"Bearer {self._tenant.secret}"}
        body = json.dumps(chat_body(model))
        self._connection.request("POST", "/v1/chat/completions", body, headers)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def close(self) -> None:
        self._connection.close()


@contextmanager
def one_connection_each(tenant: Tenant, model: str) -> Iterator[list[WorkerConnection]]:
    """Connections to all workers, each of which has served one chat of the tenant."""
    workers = tenant.gateway.worker_processes
    with ExitStack() as stack:
        connections = []
        for worker in workers:
            connection = WorkerConnection(tenant.gateway, tenant)
            stack.callback(connection.close)
            with only(worker, workers):
                assert connection.chat(model) == 200
            connections.append(connection)
        yield connections


@contextmanager
def only(worker: psutil.Process, workers: list[psutil.Process]) -> Iterator[None]:
    """The other workers stand still for a moment, so that this one takes the next connection."""
    others = [other for other in workers if other != worker]
    for other in others:
        other.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            other.send_signal(signal.SIGCONT)


def assert_one_row_each(tenant: Tenant, answers: list[Answered], within: float = 30.0) -> None:
    """Every request that was answered has exactly one row, and no row came twice."""
    wanted = {answer.request_id for answer in answers if answer.ok}

    def missing() -> int:
        return len(wanted - set(counts()))

    def counts() -> Counter[str]:
        rows = UsageEvent.objects.filter(organization_id=tenant.organization.pk)
        return Counter(rows.values_list("request_id", flat=True))

    eventually(lambda: missing() == 0, within=within, every=0.2)
    assert set(counts().values()) == {1}
