"""One timer a request, for its first-token, idle and total time limits."""

import asyncio
from collections.abc import Callable

LONG_SECONDS = 0.2  # a request that takes longer is a long one


class Deadline:
    """Cancels the task that serves a request once its time is up; `take_expired` then names the limit.

    Moving it is an assignment to ``since``: the timer itself is left where it is and, when it fires early, set anew.
    It fires once after ``LONG_SECONDS`` in any case and then calls ``when_long``.
    """

    __slots__ = (
        *("_allowed", "_expired", "_handle", "_limit", "_task", "_total_at", "_when_long"),
        *("now", "over", "paused", "since"),
    )

    def __init__(self, total: float, when_long: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._when_long: Callable[[], None] | None = when_long
        self._expired: str | None = None
        self.now = loop.time
        self.since = loop.time()  # the limit counts from then
        self._total_at = self.since + total
        self._allowed, self._limit = total, "total"
        self.paused = False  # only the total limit counts: we wait for the client, not for the provider
        self.over = False  # the total limit has passed: no further attempt
        self._handle: asyncio.TimerHandle | None = loop.call_later(min(total, LONG_SECONDS), self._fire)

    def within(self, seconds: float, limit: str) -> None:
        """From now on, allow so many seconds; the total limit holds all the same."""
        self.since, self._allowed, self._limit = self.now(), seconds, limit
        if self._handle is None or self._due() < self._handle.when():
            self._arm(self._due())

    def only_total(self) -> None:
        self.within(self._total_at - self.now(), "total")

    def take_expired(self) -> str | None:
        """The limit that has just cancelled the task, whose cancellation is then over; None if it was not a limit.

        Where somebody else has cancelled the task as well, the task is to end: that is no matter of a limit.
        """
        limit, self._expired = self._expired, None
        if limit is None or self._task is None or self._task.uncancel():
            return None
        self.over = limit == "total"
        return limit

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _due(self) -> float:
        return min(self.since + self._allowed, self._total_at)

    def _arm(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        # Never at once: uvloop would give a handle that knows no time.
        self._handle = asyncio.get_running_loop().call_at(max(at, self.now() + 0.001), self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._when_long is not None:
            self._when_long()
            self._when_long = None
        now = self.now()
        if self.paused and now < self._total_at:
            self._arm(min(now + self._allowed, self._total_at))
        elif now < self._due():
            self._arm(self._due())
        elif self._task is not None:
            self._expired = self._limit if now < self._total_at else "total"
            self._task.cancel()
