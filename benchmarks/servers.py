"""Starts servers under test on free ports, pinned to a core, and stops what it started."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "var" / "bench" / "logs"


@dataclass(frozen=True)
class Cores:
    """Which core serves, and which carries everything else; the same one where there is only one."""

    server: int
    other: int

    @classmethod
    def available(cls) -> "Cores":
        """The first and the last core that this process may use."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(server=cores[-1], other=cores[0])


@dataclass(frozen=True)
class Program:
    """A server that can be started; `{port}` in its command stands for the port it is to listen on."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: str = "/readyz"  # answers 200 once the server is up


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int


def uvicorn(name: str, application: str, env: Mapping[str, str]) -> Program:
    """An ASGI application served as all of them are here: one process, the fast parts, no access log."""
    options = "--port {port} --workers 1 --loop uvloop --http httptools --no-access-log --log-level warning"
    return Program(name, [sys.executable, "-m", "uvicorn", application, *options.split()], env)


# The fake provider that all contenders ask.
UPSTREAM = Program("upstream", [sys.executable, "-m", "benchmarks.upstream", "--port", "{port}"], ready="/stats")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(program: Program, core: int | None) -> Iterator[Server]:
    """Runs the program until the block ends, on one core or on any; its output goes to var/bench/logs."""
    LOGS.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (LOGS / f"{program.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the commands are this repository's own
            [part.format(port=port) for part in program.command],
            cwd=ROOT,
            env=os.environ | program.env,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
        )
        try:
            _wait_until_ready(process, program.name, f"http://127.0.0.1:{port}{program.ready}")
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], name: str, url: str) -> None:
    deadline = time.monotonic() + 90
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            log = (LOGS / f"{name}.log").read_text(errors="replace")
            raise RuntimeError(f"{name} did not start:\n{log[-2000:]}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - always http on this machine
            return True
    except OSError:
        return False
