"""Keeps the parts of an installation running: starts them in order, restarts what dies, stops them in reverse."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway_platform.embedded.process import RunningProcess, die_with_parent

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds before a part that died is started again
STEADY = 60.0  # seconds after which a part counts as healthy again
LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Part:
    """Something to keep running. `start` returns once it runs; `stop_seconds` is how long its end may take."""

    name: str
    start: Callable[[], RunningProcess]
    stop_seconds: float = 15


@dataclass
class _Watched:
    part: Part
    running: RunningProcess
    started: float = field(default_factory=time.monotonic)
    wait: float = 0  # seconds before the next start
    start_at: float | None = None  # None while it runs

    def put_off(self) -> None:
        """Wait before the next start, twice as long as before."""
        self.wait = min(max(self.wait * 2, FIRST_WAIT), LONGEST_WAIT)
        self.start_at = time.monotonic() + self.wait


class Supervisor:
    """The parts, in the order in which they were added."""

    def __init__(self) -> None:
        self._watched: list[_Watched] = []

    def add(self, part: Part, running: RunningProcess | None = None) -> None:
        """Start a part, unless it runs already, and watch it from now on."""
        self._watched.append(_Watched(part, running or part.start()))

    def processes(self) -> list[subprocess.Popen[bytes]]:
        """The process of each part, in order."""
        return [watched.running.process for watched in self._watched]

    def watch(self, until: threading.Event) -> None:
        """Restart what dies until the event is set."""
        while not until.wait(LOOK_EVERY):
            for watched in self._watched:
                self._look_at(watched)

    def stop(self, first: str = "") -> None:
        """Stop the part with this name, then the others, the last one first."""
        self._watched.sort(key=lambda watched: watched.part.name == first)  # stable: moves that one to the end
        for watched in reversed(self._watched):
            watched.running.stop(watched.part.stop_seconds)
        self._watched.clear()

    def _look_at(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.start_at is not None:
            if now >= watched.start_at:
                self._start_again(watched)
        elif (code := watched.running.process.poll()) is not None:
            watched.running.kill_group()
            if now - watched.started > STEADY:
                watched.wait = 0
            watched.put_off()
            say(watched.part.name, f"ended with code {code}; starts again in {watched.wait:.0f} s")

    def _start_again(self, watched: _Watched) -> None:
        try:
            watched.running = watched.part.start()
        except (OSError, RuntimeError) as error:
            watched.put_off()
            say(watched.part.name, f"does not start: {error}")
        else:
            watched.started, watched.start_at = time.monotonic(), None


def start_program(name: str, argv: Sequence[str], env: Mapping[str, str]) -> RunningProcess:
    """Start a child whose output appears here, each line with its name in front."""
    process = subprocess.Popen(  # noqa: S603
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    threading.Thread(target=_relay, args=(name, process), daemon=True).start()
    return RunningProcess(process)


def _relay(name: str, process: subprocess.Popen[bytes]) -> None:
    assert process.stdout
    for line in process.stdout:
        say(name, line.decode(errors="replace").rstrip())


def say(name: str, line: str) -> None:
    """One line on the terminal, with who says it."""
    sys.stdout.write(f"{name:<8} | {line}\n")
    sys.stdout.flush()
