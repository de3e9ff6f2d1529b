"""One machine's installation: which parts it has, how each is started, what a person is told about it."""

import fcntl
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gateway_platform import local_model
from gateway_platform.embedded.ports import is_free, remembered_port
from gateway_platform.embedded.postgres import start_postgres
from gateway_platform.embedded.process import RunningServer, wait_until
from gateway_platform.embedded.redis import start_redis
from gateway_platform.greeting import greeting
from gateway_platform.supervisor import Part, Supervisor, say, start_program

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120
CELERY = (sys.executable, "-m", "celery", "--app", "gateway_platform.celery", "--quiet")


class StartError(RuntimeError):
    """The installation cannot start. The message is one line for the person."""


class Installation:
    """Everything that `make up` runs; `run` returns after Ctrl-C or SIGTERM."""

    def __init__(self, var_dir: Path, *, host: str, port: int, web_workers: int, shutdown_grace: int) -> None:
        self.var_dir, self.host, self.port = var_dir.resolve(), host, port
        self.web_workers, self.shutdown_grace = web_workers, shutdown_grace
        self.url = f"http://localhost:{port}"
        # What Python warns of is for those who develop the project, not for those who run it.
        self.environment = {"VAR_DIR": str(self.var_dir), "PORT": str(port), "PYTHONWARNINGS": "ignore"}
        self.stopping = threading.Event()
        self.supervisor = Supervisor()

    def run(self) -> None:
        """Start all, say how to use it, keep it running, stop all. Raises StartError."""
        began = time.monotonic()
        with _only_one(self.var_dir):
            if not is_free(self.host, self.port):
                raise StartError(f"port {self.port} is in use; choose another: make up PORT={self.port + 1}")
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: self.stopping.set())
            try:
                if self._start():
                    model = "local" if "LOCAL_MODEL_URL" in self.environment else "sandbox"
                    print(greeting(self.var_dir, time.monotonic() - began, model), flush=True)
                    self.supervisor.watch(self.stopping)
            finally:
                say("up", "stopping: open streams may end, then jobs, Redis, PostgreSQL")
                self.supervisor.stop(first="web")
                say("up", f"stopped; the data stays in {self.var_dir}")

    def _start(self) -> bool:
        """Start every part in order; False if Ctrl-C came first."""
        steps = (self._start_servers, self._start_local_model, self._prepare, self._start_web, self._start_jobs)
        for step in steps:
            step()
            if self.stopping.is_set():
                return False
        return True

    def _start_servers(self) -> None:
        self._start_server("postgres", "DATABASE_URL", lambda: start_postgres(self.var_dir / "postgres"))
        self._start_server("redis", "REDIS_URL", lambda: start_redis(self.var_dir / "redis"))

    def _start_server(self, name: str, variable: str, start: Callable[[], RunningServer]) -> None:
        """Start an embedded server, unless the environment names another one."""
        if os.environ.get(variable):
            say(name, f"using the server in {variable}")
            return
        say(name, "starting" if (self.var_dir / name).exists() else "making a new database")
        running = start()
        self.environment[variable] = running.url
        self.supervisor.add(Part(name, start), running)

    def _start_local_model(self) -> None:
        if os.environ.get("LOCAL_MODEL", "0") in ("", "0"):
            return
        if local_model.model_file() is None:
            raise StartError("the local model is not installed; run: make up LOCAL_MODEL=1")
        say("model", f"loading {local_model.MODEL}")
        port = remembered_port(self.var_dir / "local-model.port")
        self.environment["LOCAL_MODEL_URL"] = f"http://127.0.0.1:{port}/v1"
        self._add("model", [sys.executable, "-m", "gateway_platform.local_model", str(port)], stop_seconds=5)

    def _prepare(self) -> None:
        """Migrate and seed in a process of its own: this one has no database settings."""
        say("prepare", "bringing the database up to date")
        command = [sys.executable, "manage.py", "prepare", "--verbosity", "0", "--url", self.url]
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True
        )
        if done.returncode and not self.stopping.is_set():
            raise StartError(f"the database could not be prepared:\n{done.stderr.strip()}")

    def _start_web(self) -> None:
        """Before the jobs: a person waits for it."""
        say("web", "starting")
        shutil.rmtree(self.var_dir / "metrics", ignore_errors=True)  # counters of processes that are gone
        self._add("web", self._uvicorn(), stop_seconds=self.shutdown_grace + 15)
        answered = wait_until(lambda: self.stopping.is_set() or self._is_ready() or None, seconds=READY_SECONDS)
        if not answered:
            raise StartError(f"the web did not become ready within {READY_SECONDS} s; its lines above say why")

    def _start_jobs(self) -> None:
        self._add("worker", [*CELERY, "worker", "--loglevel", "WARNING", "--concurrency", "2", "--without-gossip"])
        schedule = str(self.var_dir / "celerybeat-schedule")
        self._add("beat", [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule", schedule])

    def _uvicorn(self) -> list[str]:
        options = {
            "host": self.host,
            "port": self.port,
            "workers": self.web_workers,
            "timeout-graceful-shutdown": self.shutdown_grace,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "gateway_platform.serve", *words]

    def _add(self, name: str, argv: Sequence[str], *, stop_seconds: float = 30) -> None:
        part = Part(name, lambda: start_program(name, argv, self.environment), stop_seconds)
        self.supervisor.add(part)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def _only_one(var_dir: Path) -> Iterator[None]:
    """Hold the directory's lock, which the kernel drops when the process ends in whatever way."""
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"it runs already with the data in {var_dir}") from None
        yield
