"""One timer a request, for its first-token, idle and total time limits."""

import asyncio
from collections.abc import Callable

LONG_SECONDS = 0.2  # a request that takes longer is a long one


class Deadline:
    """Cancels the task that serves a request once its time is up; `take_expired` then names the limit.

    Moving it is an assignment: the timer itself is left where it is and, when it fires early, set anew. It fires
    once after ``LONG_SECONDS`` in any case and then calls ``when_long``.
    """

    __slots__ = ("_at", "_expired", "_handle", "_limit", "_loop", "_task", "_total_at", "_when_long", "over")

    def __init__(self, total: float, when_long: Callable[[], None]) -> None:
        self._when_long: Callable[[], None] | None = when_long
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._at = self._total_at = self._loop.time() + total
        self._limit = "total"
        self._expired: str | None = None
        self.over = False  # the total limit has passed: no further attempt
        first = min(self._at, self._loop.time() + LONG_SECONDS)
        self._handle: asyncio.TimerHandle | None = self._loop.call_at(first, self._fire)

    def within(self, seconds: float, limit: str) -> None:
        """From now on, allow so many seconds; the total limit holds all the same."""
        at = self._loop.time() + seconds
        if at < self._total_at:
            self._at, self._limit = at, limit
            if self._handle is None or at < self._handle.when():
                self._arm()
        else:
            self.only_total()

    def only_total(self) -> None:
        self._at, self._limit = self._total_at, "total"
        if self._handle is None:
            self._arm()

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

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(self._at, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._when_long is not None:
            self._when_long()
            self._when_long = None
        if self._loop.time() < self._at:
            self._arm()
        elif self._task is not None:
            self._expired = self._limit
            self._task.cancel()
