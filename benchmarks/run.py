"""`make bench`: the gateway against a bare proxy of the usual parts, one core, one run, round by round.

`--check` makes it fail when a target is missed, `--write` puts the result on docs/benchmarks.md.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from benchmarks.gateway import Gateway, running_gateway
from benchmarks.load import Load
from benchmarks.load import Target as Address
from benchmarks.payloads import TRANSLATED
from benchmarks.report import Ratio, Target, machine, series, table, write_section
from benchmarks.servers import UPSTREAM, Cores, Server, running, uvicorn
from benchmarks.trial import Contender, Sizes, alternate

REQUEST_LIMIT, CHUNK_LIMIT = 1.6, 1.3  # gateway ÷ bare proxy
TRANSLATION_LIMIT = 2.0  # a chunk translated from Anthropic's dialect ÷ one that goes straight through


@dataclass(frozen=True)
class Bench:
    """What is running: the fake provider asked directly, the bare proxy, the gateway."""

    upstream: Server
    direct: Contender
    bare: Contender
    gateway: Contender
    translating: Contender  # the same gateway, for a route to a provider that speaks Anthropic's dialect
    parts: Gateway


@contextmanager
def running_bench(cores: Cores) -> Iterator[Bench]:
    """Starts all of it: the contenders on one core, this process and everything else on the other."""
    os.sched_setaffinity(0, {cores.other})
    with ExitStack() as stack:
        upstream = stack.enter_context(running(UPSTREAM, cores.other))
        env = {"UPSTREAM": f"http://127.0.0.1:{upstream.port}"}
        proxy = stack.enter_context(running(uvicorn("bare", "benchmarks.bare_proxy:application", env), cores.server))
        parts = stack.enter_context(running_gateway(upstream, cores.server))
        yield Bench(
            upstream,
            Contender("fake provider", upstream.pid, Address(upstream.port)),
            Contender("bare proxy", proxy.pid, Address(proxy.port)),
            Contender("gateway", parts.server.pid, parts.target),
            Contender("gateway, translating", parts.server.pid, replace(parts.target, model=TRANSLATED)),
            parts,
        )


def measure(bench: Bench, sizes: Sizes) -> None:
    """Fills in the contenders' figures and insists that the gateway metered every request it answered."""
    alternate([bench.bare, bench.gateway, bench.translating], sizes)
    for number in range(sizes.rounds):
        contenders = [bench.direct, bench.bare, bench.gateway]
        for contender in contenders if number % 2 == 0 else reversed(contenders):
            contender.round_of_latency(sizes.paced)
    sent = bench.gateway.sent + bench.translating.sent
    rows = bench.parts.ledger(sent)
    if rows != {"ok": sent}:
        raise RuntimeError(f"{sent} requests were answered, but the ledger holds {rows}")


def added(contender: Contender, direct: Contender, percentile: str) -> list[float]:
    """Latency on top of the provider's own, round by round, in milliseconds."""
    pairs = zip(getattr(contender, percentile), getattr(direct, percentile), strict=True)
    return [through - straight for through, straight in pairs]


def results(bench: Bench) -> tuple[str, list[Target]]:
    """The table and the targets."""
    bare, gateway, translating, direct = bench.bare, bench.gateway, bench.translating, bench.direct
    whole = Ratio.of(gateway.request_ms, bare.request_ms)
    chunk = Ratio.of(gateway.chunk_us, bare.chunk_us)
    translation = Ratio.of(translating.chunk_us, gateway.chunk_us)
    latencies = [
        (f"added latency, {name}", *(series(added(each, direct, field), "ms") for each in (bare, gateway)), "")
        for name, field in (("median", "latency_p50"), ("99th percentile", "latency_p99"))
    ]
    rows = [
        ("CPU per whole request", series(bare.request_ms, "ms", 3), series(gateway.request_ms, "ms", 3), str(whole)),
        ("CPU per streamed chunk", series(bare.chunk_us, "µs", 1), series(gateway.chunk_us, "µs", 1), str(chunk)),
        ("translated from Anthropic's", "", series(translating.chunk_us, "µs", 1), ""),
        *latencies,
        ("memory afterwards", f"{bare.rss:.0f} MiB", f"{gateway.rss:.0f} MiB", ""),
    ]
    targets = [
        Target("CPU per whole request, gateway ÷ bare proxy", whole, REQUEST_LIMIT),
        Target("CPU per streamed chunk, gateway ÷ bare proxy", chunk, CHUNK_LIMIT),
        Target("CPU per streamed chunk, translated ÷ straight through", translation, TRANSLATION_LIMIT),
    ]
    return table(("", "bare proxy", "gateway", "gateway ÷ bare proxy"), rows), targets


def main() -> int:
    """Runs the benchmark; 1 if asked to check and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    parser.add_argument("--write", action="store_true", help="put the result on docs/benchmarks.md")
    options = parser.parse_args()
    sizes = Sizes(
        whole=Load(requests=300, connections=32),
        streams=Load(requests=100, connections=100, stream=True),
        paced=Load(requests=200, connections=16, rate=200),
        rounds=options.rounds,
    )
    conditions = machine()
    with running_bench(Cores.available()) as bench:
        measure(bench, sizes)
        text, targets = results(bench)
    text = "\n\n".join([conditions, text, *(f"{target}." for target in targets)])
    print(text)
    if options.write:
        write_section("bench", text)
    return int(options.check and not all(target.met for target in targets))


if __name__ == "__main__":
    sys.exit(main())
