"""A closed-loop load generator on raw connections: cheap enough to share a core with the fake upstream."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from benchmarks.answer import Answer
from benchmarks.payloads import MODEL, request_body


@dataclass(frozen=True)
class Target:
    """Where requests go, and the headers they carry."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    path: str = "/v1/chat/completions"
    model: str = MODEL

    def request(self, *, stream: bool) -> bytes:
        """The whole HTTP request."""
        body = request_body(stream=stream, model=self.model)
        fixed = {
            "Host": f"127.0.0.1:{self.port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        lines = [f"POST {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in (fixed | self.headers).items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Load:
    """How much to send: `requests` in all, over `connections` at once, at most `rate` a second together."""

    requests: int
    connections: int
    stream: bool = False
    rate: float | None = None


@dataclass
class Outcome:
    """What the clients saw."""

    latencies: list[float] = field(default_factory=list)  # seconds until the last byte, in order of arrival
    events: int = 0  # streamed, [DONE] left out
    errors: list[str] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.finished: asyncio.Future[None] | None = None
        self.answer = Answer()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.finished is not None and not self.finished.done():
            self.finished.set_exception(ConnectionError("closed before the answer was whole"))

    def data_received(self, data: bytes) -> None:
        self.answer.feed(data)
        if self.answer.whole and self.finished is not None and not self.finished.done():
            self.finished.set_result(None)

    async def call(self, request: bytes) -> Answer:
        """Sends the request and returns the whole answer; raises ConnectionError if it ends early."""
        self.finished = self.loop.create_future()
        self.answer = Answer()
        self.transport.write(request)
        await self.finished
        return self.answer


async def connect(port: int) -> Connection:
    """Opens a connection on this machine."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


async def run(target: Target, load: Load) -> Outcome:
    """Sends the load; each connection asks again as soon as it is answered, or when its turn comes."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    turns = _turns(loop.time(), load)
    connections = min(load.connections, load.requests)
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_ask_repeatedly(target, load, turns, outcome))
    return outcome


def _turns(start: float, load: Load) -> Iterator[float]:
    """When each request may start, on the loop's clock; shared by all connections."""
    gap = 1 / load.rate if load.rate else 0.0
    return (start + n * gap for n in range(load.requests))


async def _ask_repeatedly(target: Target, load: Load, turns: Iterator[float], outcome: Outcome) -> None:
    loop = asyncio.get_running_loop()
    request = target.request(stream=load.stream)
    connection = await connect(target.port)
    for turn in turns:
        if turn > loop.time():
            await asyncio.sleep(turn - loop.time())
        started = time.perf_counter()  # uvloop's own clock ticks in milliseconds
        try:
            answer = await connection.call(request)
        except ConnectionError as error:
            outcome.errors.append(str(error))
            connection = await connect(target.port)
            continue
        outcome.latencies.append(time.perf_counter() - started)
        outcome.events += answer.events
        if problem := answer.problem(stream=load.stream):
            outcome.errors.append(problem)
    connection.transport.close()
