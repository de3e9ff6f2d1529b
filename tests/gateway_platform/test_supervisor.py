"""The supervisor: restarts what dies, leaves no child behind, stops in reverse order."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from gateway_platform import supervisor as module
from gateway_platform.embedded.process import RunningProcess, wait_until
from gateway_platform.supervisor import Part, Supervisor, start_program

SLEEP = "import time; time.sleep(60)"
PARENT_OF_ONE = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', '{SLEEP}']).pid); {SLEEP}"


def python(code: str) -> RunningProcess:
    return start_program("child", [sys.executable, "-c", code], {})


@contextmanager
def watched(supervisor: Supervisor) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=supervisor.watch, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        supervisor.stop()


def test_starts_again_what_dies(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.1)
    started: list[RunningProcess] = []

    def start() -> RunningProcess:
        started.append(python(SLEEP if started else "raise SystemExit(3)"))
        return started[-1]

    supervisor = Supervisor()
    supervisor.add(Part("child", start))
    with watched(supervisor):
        assert wait_until(lambda: len(started) > 1 or None, seconds=10)
    assert "child    | ended with code 3; starts again in" in capfd.readouterr().out
    assert started[-1].process.poll() is not None


def test_waits_longer_each_time_and_survives_what_cannot_start(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)
    attempts: list[int] = []

    def start() -> RunningProcess:
        attempts.append(1)
        if len(attempts) in (2, 3):
            raise OSError("no memory")
        return python("")

    supervisor = Supervisor()
    supervisor.add(Part("child", start))
    with watched(supervisor):
        assert wait_until(lambda: len(attempts) > 3 or None, seconds=20)
    assert capfd.readouterr().out.count("does not start: no memory") == 2


def test_a_dead_parent_takes_its_children_along() -> None:
    """Else uvicorn's orphaned workers would hold the port, and it could not start again."""
    supervisor = Supervisor()
    supervisor.add(Part("parent", lambda: python(PARENT_OF_ONE)))
    parent = psutil.Process(supervisor.processes()[0].pid)
    orphan = wait_until(lambda: next(iter(parent.children()), None), seconds=10)
    assert orphan
    with watched(supervisor):
        parent.kill()
        assert wait_until(lambda: None if orphan.is_running() else True, seconds=10)


def test_stops_the_named_one_then_the_last_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    supervisor = Supervisor()
    for name in ("web", "first", "second"):
        code = (
            "import pathlib, signal, sys, time\n"
            "def end(*_):\n"
            f"    with pathlib.Path({str(order)!r}).open('a') as out: out.write('{name} ')\n"
            "    sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"pathlib.Path({str(tmp_path / name)!r}).touch()\n"
            "time.sleep(60)\n"
        )
        supervisor.add(Part(name, lambda code=code: python(code)))  # type: ignore[misc]
        assert wait_until(lambda name=name: (tmp_path / name).exists() or None, seconds=10)  # type: ignore[misc]
    supervisor.stop(first="web")
    assert order.read_text() == "web second first "


def test_kills_what_does_not_end(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    ignore = "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    running = python(f"{ignore}; pathlib.Path({str(ready)!r}).touch(); time.sleep(60)")
    assert wait_until(lambda: ready.exists() or None, seconds=10)
    running.stop(timeout=0.1)
    assert running.process.poll() == -9


def test_names_each_line(capfd: pytest.CaptureFixture[str]) -> None:
    python("print('one'); print('two')").process.wait()
    lines = wait_until(lambda: ((out := capfd.readouterr().out) and out) or None, seconds=5)
    assert lines and lines.startswith("child    | one\n")
