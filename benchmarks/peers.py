"""`make bench-peers`: the same load against LiteLLM and Portkey, each installed under var/bench.

`--check` makes it fail when a target is missed, `--write` puts the result on docs/benchmarks.md.
"""

import argparse
import sys
from contextlib import ExitStack

from benchmarks.load import Load
from benchmarks.peer_programs import litellm, portkey
from benchmarks.report import Ratio, Target, machine, series, table, write_section
from benchmarks.run import Bench, added, running_bench
from benchmarks.servers import Cores, running
from benchmarks.trial import Contender, Sizes, alternate

LITELLM_FACTOR, PORTKEY_FACTOR = 25, 4  # requests per CPU second, gateway ÷ peer


def running_peers(stack: ExitStack, bench: Bench, cores: Cores) -> list[Contender]:
    """Installs and starts both, on the core that the gateway has too."""
    peers = [litellm(bench.upstream), portkey(bench.upstream)]
    servers = [(peer, stack.enter_context(running(peer.program, cores.server))) for peer in peers]
    return [Contender(peer.name, server.pid, peer.target(server)) for peer, server in servers]


def measure(bench: Bench, peers: list[Contender], sizes: Sizes) -> None:
    """Fills in the figures of all contenders."""
    contenders = [bench.bare, bench.gateway, *peers]
    alternate(contenders, sizes)
    for _ in range(sizes.rounds):
        for contender in (bench.direct, *contenders):
            contender.round_of_latency(sizes.paced)


def results(bench: Bench, peers: list[Contender]) -> tuple[str, list[Target]]:
    """The table and the targets."""
    gateway = bench.gateway
    rows = [
        (
            contender.name,
            f"{contender.requests_per_cpu_second:.0f}",
            "" if contender is gateway else str(Ratio.of(contender.request_ms, gateway.request_ms)),
            series(contender.chunk_us, "µs", 0),
            "" if contender is gateway else str(Ratio.of(contender.chunk_us, gateway.chunk_us)),
            series(added(contender, bench.direct, "latency_p50"), "ms"),
            series(added(contender, bench.direct, "latency_p99"), "ms"),
            f"{contender.rss:.0f} MiB",
        )
        for contender in (bench.bare, gateway, *peers)
    ]
    header = (
        *("", "requests per CPU second", "gateway ÷ it", "CPU per streamed chunk", "it ÷ gateway"),
        *("added median", "added 99th percentile", "memory"),
    )
    limits = zip(peers, (LITELLM_FACTOR, PORTKEY_FACTOR), strict=True)
    targets = [
        Target(
            f"Requests per CPU second, gateway ÷ {peer.name}",
            # CPU time a request is the inverse of requests a CPU second.
            Ratio.of(peer.request_ms, gateway.request_ms),
            factor,
            at_least=True,
        )
        for peer, factor in limits
    ]
    return table(header, rows), targets


def main() -> int:
    """Runs the benchmark; 1 if asked to check and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    parser.add_argument("--write", action="store_true", help="put the result on docs/benchmarks.md")
    options = parser.parse_args()
    sizes = Sizes(
        whole=Load(requests=1000, connections=32),
        streams=Load(requests=100, connections=100, stream=True),
        paced=Load(requests=100, connections=16, rate=20),  # a pace that all of them keep
        rounds=options.rounds,
        warm_up_seconds=10,  # Node.js compiles what is hot, and LiteLLM imports on first use
    )
    cores, conditions = Cores.available(), machine()
    with running_bench(cores) as bench, ExitStack() as stack:
        peers = running_peers(stack, bench, cores)
        measure(bench, peers, sizes)
        text, targets = results(bench, peers)
    text = "\n\n".join([conditions, text, *(f"{target}." for target in targets)])
    print(text)
    if options.write:
        write_section("bench-peers", text)
    return int(options.check and not all(target.met for target in targets))


if __name__ == "__main__":
    sys.exit(main())
