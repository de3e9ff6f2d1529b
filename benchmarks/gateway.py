"""The gateway as it is deployed: real PostgreSQL and Redis, a configured organisation, one uvicorn worker."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet

from benchmarks.load import Target
from benchmarks.servers import ROOT, Program, Server, running
from gateway_platform.embedded.postgres import start_postgres
from gateway_platform.embedded.redis import start_redis

SERVE = [sys.executable, "-m", "gateway_platform.serve", "--port", "{port}", "--workers", "1"]
SHIPPING_SECONDS = 30  # how long the last rows may take to reach the ledger


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    server: Server
    target: Target
    database_url: str

    def ledger(self, expected: int) -> dict[str, int]:
        """Rows by outcome, once there are as many as expected or the time to ship them is over."""
        deadline = time.monotonic() + SHIPPING_SECONDS
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            while True:
                found = connection.execute("SELECT outcome, count(*) FROM billing_usageevent GROUP BY outcome")
                rows: dict[str, int] = dict(found.fetchall())
                if sum(rows.values()) >= expected or time.monotonic() > deadline:
                    return rows
                time.sleep(0.2)


@contextmanager
def running_gateway(upstream: Server, core: int) -> Iterator[Gateway]:
    """Starts everything on empty data; PostgreSQL and Redis run on the cores of this process, not on `core`."""
    key = f"gw-live-{secrets.token_hex(20)}"
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as name:
        directory = Path(name)
        postgres = start_postgres(directory / "postgres")
        redis = start_redis(directory / "redis")
        try:
            env = {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis.url,
                "VAR_DIR": str(directory / "var"),
                "SECRET_KEY": secrets.token_hex(32),
                "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
                "BENCH_UPSTREAM": f"http://127.0.0.1:{upstream.port}/v1",
                "BENCH_KEY": key,
            }
            _manage(env, "migrate", "--verbosity", "0")
            _manage(env, "apply", "benchmarks/gateway.yaml")
            with running(Program("gateway", SERVE, env), core) as server:
                target = Target(server.port, {"Authorization": f"Bearer {key}"})
                yield Gateway(server, target, postgres.url)
        finally:
            redis.stop()
            postgres.stop()


def _manage(env: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
