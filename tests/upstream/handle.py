"""Python's handle on a running fake provider."""

import itertools
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
_numbers = itertools.count()
# One client for all questions, since making one is slow; no kept connections, since they would be counted.
_client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(frozen=True)
class SiteHandle:
    """One address of the fake provider, made for one test."""

    origin: str
    name: str

    @property
    def base_url(self) -> str:
        """What goes into a provider's `base_url`."""
        return f"{self.origin}/{self.name}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What reached this address: method, path, headers, body, started, ended, outcome."""
        requests: list[dict[str, Any]] = _control(self.origin, self.name)["requests"]
        return requests

    @property
    def outcomes(self) -> Counter[str]:
        """How many requests ended how: open, answered, client left, cut."""
        return Counter(_control(self.origin, self.name, "counts")["outcomes"])

    @property
    def calls(self) -> int:
        """How many requests reached this address."""
        return self.outcomes.total()

    def release(self) -> None:
        """Let `hold-after-N` go on."""
        _control(self.origin, self.name, "release")


@dataclass(frozen=True)
class Upstream:
    """A fake provider in a process of its own."""

    origin: str

    def site(self, scenario: str) -> SiteHandle:
        """A fresh address with its own memory: `site("cut-after-3")`, `site("ok+drip")`."""
        return SiteHandle(self.origin, f"{scenario}~{next(_numbers)}")

    @property
    def open_connections(self) -> int:
        """Connections open now, the one that asks not counted."""
        return int(_control(self.origin)["open_connections"]) - 1


def _control(*parts: str) -> dict[str, Any]:
    origin, *path = parts
    answer: dict[str, Any] = _client.get("/".join([origin, "_control", *path])).json()
    return answer


@contextmanager
def running_upstream() -> Iterator[Upstream]:
    """Start a fake provider and stop it at the end."""
    command = [sys.executable, "-m", "tests.upstream"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Upstream(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()
