"""The load generator against the fake provider and the bare proxy, on real sockets."""

import socket
import time
from collections.abc import Iterator

import pytest

from benchmarks.aborts import provider_stats
from benchmarks.load import Load, Target, run
from benchmarks.payloads import CHUNKS, GAP
from benchmarks.servers import UPSTREAM, Server, running, uvicorn
from tests.waiting import eventually

ANY_CORE = None
STREAM_EVENTS = CHUNKS + 1  # the finish reason; usage was not asked for


@pytest.fixture(scope="module")
def upstream() -> Iterator[Server]:
    with running(UPSTREAM, ANY_CORE) as server:
        yield server


@pytest.fixture(scope="module")
def bare(upstream: Server) -> Iterator[Server]:
    env = {"UPSTREAM": f"http://127.0.0.1:{upstream.port}"}
    with running(uvicorn("bare-test", "benchmarks.bare_proxy:application", env), ANY_CORE) as server:
        yield server


async def test_every_request_is_counted_once(upstream: Server, bare: Server) -> None:
    before = provider_stats(upstream)["requests"]
    outcome = await run(Target(bare.port), Load(requests=53, connections=8))
    assert outcome.errors == []
    assert len(outcome.latencies) == 53
    assert provider_stats(upstream)["requests"] == before + 53


async def test_streams_keep_their_pace_and_their_events(bare: Server) -> None:
    outcome = await run(Target(bare.port), Load(requests=6, connections=3, stream=True))
    assert outcome.errors == []
    assert outcome.events == 6 * STREAM_EVENTS
    assert min(outcome.latencies) > 0.9 * CHUNKS * GAP


async def test_paced_load_takes_its_time(upstream: Server) -> None:
    started = time.monotonic()
    outcome = await run(Target(upstream.port), Load(requests=21, connections=4, rate=50))
    assert len(outcome.latencies) == 21
    assert time.monotonic() - started > 20 / 50


async def test_wrong_answers_are_told(bare: Server) -> None:
    closed = Target(bare.port, {"Transfer-Encoding": "nonsense"})
    outcome = await run(closed, Load(requests=2, connections=1))
    assert len(outcome.errors) == 2


def test_provider_notices_who_leaves(upstream: Server) -> None:
    before = provider_stats(upstream)["aborted"]
    with socket.create_connection(("127.0.0.1", upstream.port)) as client:
        client.sendall(Target(upstream.port).request(stream=True))
        assert b"data: {" in client.recv(65536)
        assert provider_stats(upstream)["streaming"] == 1
    eventually(lambda: provider_stats(upstream)["aborted"] == before + 1)
    assert provider_stats(upstream)["streaming"] == 0
