"""Child processes of the embedded servers: started, waited for, stopped, and never left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

import psutil

PR_SET_PDEATHSIG = 1  # prctl(2)
LOG_LIMIT = 5 * 1024 * 1024  # bytes; a longer log starts anew
T = TypeVar("T")


class EmbeddedServerError(RuntimeError):
    """An embedded server could not be started or used. The message is one line for the person."""


@dataclass(frozen=True)
class RunningProcess:
    """A child process in a session of its own: it gets signals from `stop()` alone, not from Ctrl-C."""

    process: subprocess.Popen[bytes]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def stop(self, timeout: float = 30) -> None:
        """Stop cleanly; kill it and all that it started after `timeout` seconds. Safe to call twice."""
        self.process.send_signal(self.stop_signal)  # does nothing once it has ended
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill_group()

    def kill_group(self) -> None:
        """Kill what is left of the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(frozen=True)
class RunningServer(RunningProcess):
    """A server that answers at `url` until `stop()`."""

    url: str


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel signals the child when the thread that started it is gone (Linux only)."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, with_signal, 0, 0, 0)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in the background, its output going to the file `log`."""
    mode = "ab" if not log.exists() or log.stat().st_size < LOG_LIMIT else "wb"
    with log.open(mode) as output:
        return subprocess.Popen(  # noqa: S603
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            user=user,
            group=None if user is None else _group_of(user),
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=die_with_parent(death_signal),
        )


def wait_until(probe: Callable[[], T | None], *, seconds: float) -> T | None:
    """Call `probe` until it gives something; None when the time is over."""
    deadline = time.monotonic() + seconds
    while (found := probe()) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def stop_leftover(pid_file: Path, *, with_signal: signal.Signals) -> None:
    """Stop the server that an earlier, killed supervisor left on this data; drop a stale pid file.

    A pid alone proves nothing, since numbers are used again: the process must also work in the data directory.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        is_ours = Path(process.cwd()) == pid_file.parent
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        is_ours = False
    if is_ours:
        process.send_signal(with_signal)
        try:
            process.wait(30)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(10)
    pid_file.unlink(missing_ok=True)


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a server's log as one line, for an error message."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " | ".join(line.strip() for line in lines[-count:]) or f"nothing in {log}"


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
