"""One address of the fake provider: its own path, its own memory of what reached it."""

import asyncio
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_BODY = 64 * 1024


@dataclass
class Received:
    """One request; times are `time.monotonic()`, which all processes of a machine share."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    body_bytes: int
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    outcome: str = "open"  # open | answered | client left | cut


class Site:
    """What happened at one address since it was first called."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.stored: dict[str, Any] = {}  # what a server that keeps its answers has kept
        self.released = asyncio.Event()

    def remember(self, received: Received) -> Received:
        """Keep a request; of a large body only the size."""
        if received.body_bytes > KEPT_BODY:
            received.body = None
        self.requests.append(received)
        return received

    def outcomes(self) -> dict[str, int]:
        """How many requests ended how: cheap to ask for with 10,000 of them."""
        return dict(Counter(request.outcome for request in self.requests))

    def report(self) -> list[dict[str, Any]]:
        """Every request."""
        return [asdict(request) for request in self.requests]
