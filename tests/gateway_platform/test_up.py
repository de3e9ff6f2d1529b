"""`make up`: the whole product started, killed, started again and stopped, and its one-line errors."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from gateway_platform.embedded.ports import remembered_port
from gateway_platform.embedded.process import wait_until
from gateway_platform.secrets_file import read_lines

ROOT = Path(__file__).parent.parent.parent
OWN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "LOCAL_MODEL", "PROMETHEUS_MULTIPROC_DIR")


class Up:
    """One run of `make up` with its output."""

    def __init__(self, var_dir: Path, port: int | str) -> None:
        given = {name: value for name, value in os.environ.items() if name not in OWN and not name.endswith("_API_KEY")}
        self.output = var_dir.parent / f"up-{time.monotonic_ns()}.log"
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway_platform.up"],
                cwd=ROOT,
                env={**given, "VAR_DIR": str(var_dir), "PORT": str(port), "WEB_WORKERS": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for_greeting(self) -> None:
        wait_until(lambda: self.process.poll() is not None or "Password" in self.text() or None, seconds=180)
        assert "Password" in self.text(), self.text()

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def port(directory: Path) -> int:
    return remembered_port(directory / "port")


@pytest.fixture
def var_dir(directory: Path) -> Iterator[Path]:
    yield directory / "var"
    for process in psutil.process_iter(["cmdline"]):  # whatever a failed test left
        if any(str(directory) in word for word in process.info["cmdline"] or []):
            process.kill()


def gone(processes: list[psutil.Process]) -> bool | None:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes) or None


def first_answer(values: dict[str, str]) -> httpx.Response:
    return httpx.post(
        f"{values['GATEWAY_URL']}/v1/chat/completions",
        headers={"Authorization": f"Bearer {values['GATEWAY_KEY']}"},
        json={"model": "sandbox", "stream": True, "messages": [{"role": "user", "content": "Say hello."}]},
        timeout=30,
    )


def test_starts_survives_a_kill_and_stops(var_dir: Path, port: int) -> None:
    first = Up(var_dir, port)
    first.wait_for_greeting()
    values = read_lines(var_dir / "quickstart.env")
    assert values["GATEWAY_KEY"] in first.text()
    answer = first_answer(values)
    assert (answer.status_code, answer.text.rstrip()[-12:]) == (200, "data: [DONE]")
    assert httpx.get(values["ADMIN_URL"], follow_redirects=True, timeout=30).status_code == 200

    parts = first.tree()
    first.end(signal.SIGKILL)
    assert wait_until(lambda: gone(parts), seconds=60), "a part outlived its supervisor"

    second = Up(var_dir, port)
    second.wait_for_greeting()
    assert read_lines(var_dir / "quickstart.env") == values
    assert first_answer(values).status_code == 200
    assert Up(var_dir, port).process.wait(60) == 1  # a second one on the same data is refused

    parts = second.tree()
    assert second.end(signal.SIGINT) == 0
    assert gone(parts)
    assert not (var_dir / "postgres" / "postmaster.pid").exists()


def test_a_port_in_use_is_one_line(var_dir: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        up = Up(var_dir, port)
        assert up.process.wait(60) == 1
    assert up.text() == f"error: port {port} is in use; choose another: make up PORT={port + 1}\n"


def test_a_wrong_setting_is_one_line(var_dir: Path) -> None:
    up = Up(var_dir, "http")
    assert up.process.wait(60) == 1
    assert up.text().startswith("error: a setting in the environment is wrong")
    assert up.text().count("\n") == 1


def test_a_directory_that_cannot_be_written_is_one_line(var_dir: Path, port: int) -> None:
    var_dir.write_text("a file where the directory should be")
    up = Up(var_dir, port)
    assert up.process.wait(60) == 1
    assert up.text().startswith(f"error: cannot write {var_dir}")
    assert up.text().count("\n") == 1


def test_a_database_that_cannot_be_made_is_one_line(var_dir: Path, port: int) -> None:
    (var_dir / "postgres").mkdir(parents=True)
    (var_dir / "postgres" / "somebody's file").touch()
    up = Up(var_dir, port)
    assert up.process.wait(60) == 1
    errors = [line for line in up.text().splitlines() if line.startswith("error:")]
    assert errors == [f"error: Directory not empty: {var_dir / 'postgres'}"]
    assert "Traceback" not in up.text()
