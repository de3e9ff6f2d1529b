"""The data plane's counters, for Prometheus. Labels come from fixed lists, never from requests."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from billing.dataplane.journal import Journal

METRICS_SECONDS = 1.0  # a worker's figures are at most so old


class Tally:
    """Requests counted in plain integers; handed on when the metrics are next written down, at most a second later.

    The shared counters cost ten times as much as this, which is felt on each request.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str], int] = {}
        self._unpriced = 0

    def count(self, endpoint: str, outcome: str, unpriced: bool) -> None:
        key = (endpoint, outcome)
        self._requests[key] = self._requests.get(key, 0) + 1
        self._unpriced += unpriced

    def hand_on(self) -> None:
        requests, self._requests = self._requests, {}
        for labels, number in requests.items():
            REQUESTS.labels(*labels).inc(number)
        UNPRICED.inc(self._unpriced)
        self._unpriced = 0


TALLY = Tally()
REQUESTS = Counter("gateway_requests_total", "Requests that ended, by outcome.", ["endpoint", "outcome"])
UNPRICED = Counter("gateway_unpriced_requests_total", "Requests whose cost is unknown or rests on our estimate.")
JOURNAL_PENDING = Gauge("gateway_journal_pending_bytes", "Usage not in the database yet.", multiprocess_mode="livesum")
# Of the journal's own counts, each worker's since it started: `JournalStats` → what it is.
JOURNAL = {
    name: Gauge(f"gateway_journal_{called}", said, multiprocess_mode="livesum")
    for name, called, said in (
        ("rejected", "rejected_events", "Usage events that the database refused."),
        ("write_errors", "write_errors", "Usage events that the disk refused at first."),
        ("lost", "lost_events", "Usage events that neither disk nor memory could hold."),
        ("held", "held_events", "Usage events in memory, waiting for the disk."),
        ("failures", "ship_failures", "Attempts to bring usage events to the database that failed."),
        ("adopted", "adopted_files", "Journal files taken over from workers that died."),
        ("duplicates", "duplicate_events", "Usage events that were in the database already."),
    )
}
KEYS_FAILED = Counter(
    "gateway_provider_keys_left_out_total", "API keys that others of their account stand in for, by reason.", ["reason"]
)
NOT_STORED = Counter("gateway_responses_not_stored_total", "Responses that the database could not take.")
RELOAD_FAILURES = Counter("gateway_snapshot_reload_failures_total", "Snapshots that could not be read; the old stays.")


def write_down(journal: Journal) -> None:
    """Bring this worker's shared figures up to date."""
    TALLY.hand_on()
    JOURNAL_PENDING.set(sum(segment.pending for segment in journal.segments()))
    for name, gauge in JOURNAL.items():
        gauge.set(getattr(journal.stats, name))


def exposition() -> bytes:
    """All workers' figures in Prometheus' text format."""
    _forget_the_dead()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_the_dead() -> None:
    """Take away the gauges of workers that were killed: what is pending of theirs is by now another's."""
    for file in Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("gauge_live*_*.db"):
        try:
            os.kill(int(file.stem.rpartition("_")[2]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except PermissionError:
            pass  # it lives, as another user
