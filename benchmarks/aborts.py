"""Thousands of streams that their clients leave: nothing may leak, and the gateway must go on answering.

`python -m benchmarks.aborts` does it to a gateway of its own; `abort_streams` does it to any that runs.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import uvloop

from benchmarks.load import Load, Target, connect, run
from benchmarks.measure import rss_mib
from benchmarks.payloads import GAP
from benchmarks.run import running_bench
from benchmarks.servers import Cores, Server

LONGEST_STAY = 10 * GAP  # a client leaves within the first tenth of its stream
CLOSING_SECONDS = 5.0  # how long the gateway may take to close what is left upstream
CHECKS = 200  # whole requests afterwards
GROWTH_MIB = 10.0  # how much its memory may grow after the warm-up


@dataclass(frozen=True)
class Aborted:
    """What was left after the last client had gone."""

    streaming: int  # streams that the provider still sends
    leaked: int  # connections to the provider beyond those before
    rss_warm: float  # MiB after the warm-up
    rss_end: float
    errors: tuple[str, ...]  # of the whole requests asked afterwards

    @property
    def problems(self) -> list[str]:
        """What broke the promise; nothing if all is well."""
        checks = {
            f"{self.streaming} streams still come from the provider": self.streaming > 0,
            f"{self.leaked} connections to the provider leaked": self.leaked > 0,
            f"memory went from {self.rss_warm:.0f} to {self.rss_end:.0f} MiB": self.rss_end
            > self.rss_warm + GROWTH_MIB,
            f"the gateway does not answer any more: {self.errors[:1]}": bool(self.errors),
        }
        return [problem for problem, broken in checks.items() if broken]


def abort_streams(gateway: Server, target: Target, upstream: Server, streams: int = 10_000) -> Aborted:
    """Leaves that many streams, a hundred at a time; `upstream` is the fake provider behind the gateway."""
    before = provider_stats(upstream)["open"]
    uvloop.run(_leave(target, streams // 5))
    rss_warm = rss_mib(gateway.pid)
    uvloop.run(_leave(target, streams - streams // 5))
    stats = _settled(upstream, before)
    outcome = uvloop.run(run(target, Load(requests=CHECKS, connections=16)))
    return Aborted(
        streaming=stats["streaming"],
        leaked=max(0, stats["open"] - before),
        rss_warm=rss_warm,
        rss_end=rss_mib(gateway.pid),
        errors=tuple(outcome.errors),
    )


def provider_stats(upstream: Server) -> dict[str, int]:
    """What the fake provider has seen so far."""
    with urllib.request.urlopen(f"http://127.0.0.1:{upstream.port}/stats", timeout=5) as answer:
        stats: dict[str, int] = json.load(answer)
        return stats


def _settled(upstream: Server, before: int) -> dict[str, int]:
    deadline = time.monotonic() + CLOSING_SECONDS
    while True:
        stats = provider_stats(upstream)
        is_clean = stats["streaming"] == 0 and stats["open"] <= before
        if is_clean or time.monotonic() > deadline:
            return stats
        time.sleep(0.1)


async def _leave(target: Target, streams: int, at_once: int = 100) -> None:
    turns = iter(range(streams))
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_leave_repeatedly(target, turns))


async def _leave_repeatedly(target: Target, turns: Iterator[int]) -> None:
    request = target.request(stream=True)
    for _ in turns:
        connection = await connect(target.port)
        connection.transport.write(request)
        # Some leave before the answer begins, most in the middle of it.
        await asyncio.sleep(random.uniform(0, LONGEST_STAY))  # noqa: S311 - no secret
        connection.transport.abort()


def main() -> int:
    """Aborts streams of a gateway of its own; 1 if something leaked or a row is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=10_000)
    options = parser.parse_args()
    with running_bench(Cores.available()) as bench:
        result = abort_streams(bench.parts.server, bench.gateway.target, bench.upstream, options.streams)
        seen = provider_stats(bench.upstream)["aborted"]
        rows = bench.parts.ledger(options.streams + CHECKS)
    print(f"{options.streams} streams left, {seen} of them after the provider had begun; ledger: {rows}")
    print(f"memory: {result.rss_warm:.0f} MiB after the warm-up, {result.rss_end:.0f} MiB at the end")
    problems = result.problems
    if rows.keys() - {"ok", "aborted"} or rows.get("aborted", 0) < seen:
        problems.append("the ledger does not hold one row for each stream, or failures that were none")
    for problem in problems:
        print(f"error: {problem}")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
