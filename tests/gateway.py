"""The product itself, running: uvicorn with its workers in processes of their own, as in production."""

import os
import random
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
import psutil

from tests.waiting import eventually

ROOT = Path(__file__).parent.parent
START_SECONDS = 120.0  # four workers on two busy cores


@dataclass
class Gateway:
    """One running gateway: `directory` holds its journal and log."""

    directory: Path
    database_url: str
    redis_url: str
    workers: int = 1
    grace: int = 10  # seconds that open streams get after SIGTERM
    port: int = field(default_factory=lambda: _free_port())

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = self.directory / "gateway.log"
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """What serves."""
        return [
            *(sys.executable, "-m", "gateway_platform.serve", "--port", str(self.port)),
            *("--workers", str(self.workers), "--timeout-graceful-shutdown", str(self.grace)),
        ]

    @property
    def environment(self) -> dict[str, str]:
        """Where its parts are."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "VAR_DIR": str(self.directory),
            "PROMETHEUS_MULTIPROC_DIR": str(self.directory / "metrics"),
            "SHUTDOWN_GRACE": str(self.grace),
        }

    def start(self) -> Self:
        """Start and wait until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            eventually(self.is_ready, within=START_SECONDS)
        except AssertionError:
            self.stop()
            raise AssertionError(f"the gateway did not start:\n{self.log.read_text()[-4000:]}") from None
        return self

    def is_ready(self) -> bool:
        """What `/readyz` says."""
        assert self.process.poll() is None, f"the gateway ended:\n{self.log.read_text()[-4000:]}"
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def journal(self) -> Path:
        """Where events wait for the database."""
        return self.directory / "journal"

    @property
    def worker_processes(self) -> list[psutil.Process]:
        """The processes that serve; with one worker that is the only process."""
        main = psutil.Process(self.process.pid)
        if self.workers == 1:
            return [main]
        children = [child for child in main.children() if child.status() != psutil.STATUS_ZOMBIE]
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def memory(self) -> int:
        """Resident bytes of all workers."""
        return sum(worker.memory_info().rss for worker in self.worker_processes)

    def terminate(self) -> None:
        """Ask for a graceful end, as a deploy does, and do not wait."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it, gracefully at first."""
        if self.process.poll() is not None:
            return
        main = psutil.Process(self.process.pid)
        family = [main, *main.children(recursive=True)]
        self.terminate()
        _, alive = psutil.wait_procs(family, timeout=self.grace + 10)
        for process in alive:
            process.kill()
        self.process.wait()


def _free_port() -> int:
    """A port below those that the kernel hands out, so that no outgoing connection takes it meanwhile."""
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
