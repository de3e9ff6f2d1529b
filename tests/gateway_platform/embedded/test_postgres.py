"""The embedded PostgreSQL: starts, keeps its data, survives being killed, leaves nobody behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from gateway_platform.embedded.postgres import start_postgres
from gateway_platform.embedded.process import wait_until


def _write(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")


def _read(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT n FROM kept").fetchone()
        assert row
        return int(row[0])


def test_data_and_address_survive_a_restart(directory: Path) -> None:
    first = start_postgres(directory / "postgres")
    _write(first.url)
    first.stop()
    second = start_postgres(directory / "postgres")
    try:
        assert (second.url, _read(second.url)) == (first.url, 7)
    finally:
        second.stop()
    assert second.process.poll() == 0


def test_pgvector_is_there(directory: Path) -> None:
    server = start_postgres(directory / "postgres", durable=False)
    try:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE EXTENSION vector")
            assert connection.execute("SELECT '[1,2]'::vector <-> '[1,2]'::vector").fetchone() == (0.0,)
    finally:
        server.stop()


def test_survives_kill_9(directory: Path) -> None:
    killed = start_postgres(directory / "postgres")
    _write(killed.url)
    killed.process.kill()
    again = start_postgres(directory / "postgres")
    try:
        assert _read(again.url) == 7
    finally:
        again.stop()
        killed.process.wait()


def test_takes_over_from_a_server_left_behind(directory: Path) -> None:
    left = start_postgres(directory / "postgres")
    _write(left.url)
    taken = start_postgres(directory / "postgres")
    try:
        assert left.process.wait(10) == 0
        assert _read(taken.url) == 7
    finally:
        taken.stop()


def test_a_pid_file_that_names_another_program_does_not_matter(directory: Path) -> None:
    server = start_postgres(directory / "postgres")
    server.stop()
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (directory / "postgres" / name).write_text(f"{os.getppid()}\n{directory}\n1\n5432\n\n\n\n\n")
    again = start_postgres(directory / "postgres")
    again.stop()
    assert again.process.poll() == 0


def test_an_interrupted_first_start_is_begun_anew(directory: Path) -> None:
    half_made = directory / "postgres.making"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    server = start_postgres(directory / "postgres", durable=False)
    server.stop()
    assert not half_made.exists()


def test_a_long_path_gets_a_short_socket(directory: Path) -> None:
    server = start_postgres(directory / ("d" * 90) / "postgres", durable=False)
    try:
        _write(server.url)
        assert _read(server.url) == 7
    finally:
        server.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has a death signal")
def test_dies_with_a_killed_supervisor(directory: Path) -> None:
    program = (
        "import sys, time, pathlib\n"
        "from gateway_platform.embedded.postgres import start_postgres\n"
        "print(start_postgres(pathlib.Path(sys.argv[1])).process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, str(directory / "postgres")], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout
    server = psutil.Process(int(supervisor.stdout.readline()))
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    assert wait_until(lambda: None if _alive(server) else True, seconds=10)


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
