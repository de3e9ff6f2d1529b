"""One timer a request, for its first-token, idle and total time limits."""

import asyncio


class Deadline:
    """Cancels the task that serves a request once its time is up; `take_expired` then names the limit.

    Moving it is two assignments: the timer itself is left where it is and, when it fires early, set anew.
    """

    __slots__ = ("_at", "_expired", "_handle", "_limit", "_loop", "_task", "_total_at", "over")

    def __init__(self, total: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._at = self._total_at = self._loop.time() + total
        self._limit = "total"
        self._handle: asyncio.TimerHandle | None = None
        self._expired: str | None = None
        self.over = False  # the total limit has passed: no further attempt
        self._arm()

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
        """The limit that has just cancelled the task, whose cancellation is then over; None if it was not a limit."""
        limit, self._expired = self._expired, None
        if limit is not None and self._task is not None:
            self._task.uncancel()
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
        if self._loop.time() < self._at:
            self._arm()
        elif self._task is not None:
            self._expired = self._limit
            self._task.cancel()
