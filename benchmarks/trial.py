"""One contender under load: what a request and a streamed chunk cost it, and how much latency it adds."""

import statistics
import time
from dataclasses import dataclass, field

import uvloop

from benchmarks.load import Load, Outcome, Target, run
from benchmarks.measure import cpu_seconds, rss_mib
from benchmarks.payloads import CHUNKS

WHOLE_TURNS = 4  # a round


class WrongAnswers(Exception):
    """A contender failed requests, so its figures would mean nothing."""


@dataclass(frozen=True)
class Sizes:
    """How much one round sends."""

    whole: Load
    streams: Load
    paced: Load  # well below saturation, for latency
    rounds: int
    warm_up_seconds: float = 3


@dataclass
class Contender:
    """A running server, how to ask it, and its figures so far: one of each a round."""

    name: str
    pid: int
    target: Target
    request_ms: list[float] = field(default_factory=list)  # CPU for a whole request
    chunk_us: list[float] = field(default_factory=list)  # CPU for a streamed chunk
    latency_p50: list[float] = field(default_factory=list)  # milliseconds
    latency_p99: list[float] = field(default_factory=list)
    rss: float = 0.0  # MiB after the last round
    sent: int = 0

    def send(self, load: Load) -> Outcome:
        """Sends a load and insists that every answer was right."""
        outcome = uvloop.run(run(self.target, load))
        self.sent += load.requests
        if outcome.errors:
            raise WrongAnswers(f"{self.name}: {len(outcome.errors)} of {load.requests}: {outcome.errors[0]}")
        return outcome

    def cpu(self, load: Load) -> float:
        """CPU seconds that the load costs the server."""
        before = cpu_seconds(self.pid)
        self.send(load)
        return cpu_seconds(self.pid) - before

    def round_of_requests(self, sizes: Sizes) -> None:
        """Measures whole requests."""
        self.request_ms.append(self.cpu(sizes.whole) / sizes.whole.requests * 1e3)

    def round_of_streams(self, sizes: Sizes) -> None:
        """Measures streams."""
        self.chunk_us.append(self.cpu(sizes.streams) / (sizes.streams.requests * CHUNKS) * 1e6)
        self.rss = rss_mib(self.pid)

    def round_of_latency(self, load: Load) -> None:
        """Measures latency below saturation."""
        latencies = [seconds * 1e3 for seconds in self.send(load).latencies]
        self.latency_p50.append(statistics.median(latencies))
        self.latency_p99.append(percentile(latencies, 99))

    @property
    def requests_per_cpu_second(self) -> float:
        """Whole requests that one second of CPU pays for."""
        return 1e3 / statistics.median(self.request_ms)


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def warm_up(contender: Contender, seconds: float) -> None:
    """Opens connections, fills caches, lets compilers see the hot paths."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        contender.send(Load(requests=400, connections=32))
    contender.send(Load(requests=100, connections=100, stream=True))


def alternate(contenders: list[Contender], sizes: Sizes) -> None:
    """Measures all of them round by round, first there and then back, so that drift falls on all alike.

    Whole requests have several short turns a round: the shorter, the more alike are the moments that a ratio compares.
    """
    for contender in contenders:
        warm_up(contender, sizes.warm_up_seconds)
    orders = contenders, contenders[::-1]
    for number in range(sizes.rounds):
        for turn in range(WHOLE_TURNS):
            for contender in orders[turn % 2]:
                contender.round_of_requests(sizes)
        for contender in orders[number % 2]:
            contender.round_of_streams(sizes)
