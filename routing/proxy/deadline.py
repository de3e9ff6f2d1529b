"""The first-token, idle and total time limits of a request: none but the long ones have a timer of their own."""

import asyncio
from collections.abc import Callable
from typing import Any

LONG_SECONDS = 0.2  # a request that takes longer is a long one
BATCH_SECONDS = 0.02  # those that grow long within this time of each other are seen to at once


class Deadline:
    """Cancels the task that serves a request once its time is up; `take_expired` then names the limit.

    Moving it is an assignment to ``since``: the timer itself is left where it is and, when it fires early, set anew.
    After ``LONG_SECONDS`` it calls ``when_long`` with that task and gets its timer. Most requests end before: a timer
    each would cost as much as all else that is done about limits, so until then `Young` looks after them.
    """

    __slots__ = (
        *("_allowed", "_expired", "_handle", "_limit", "_task", "_total_at", "_when_long", "_young", "grows_long_at"),
        *("now", "over", "paused", "since"),
    )

    def __init__(self, total: float, when_long: Callable[[asyncio.Task[Any]], None], young: "Young") -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._when_long = when_long
        self._expired: str | None = None
        self.now = now = asyncio.get_running_loop().time
        self.since = since = now()  # the limit counts from then
        self._total_at = since + total
        self._allowed, self._limit = total, "total"
        self.paused = False  # only the total limit counts: we wait for the client, not for the provider
        self.over = False  # the total limit has passed: no further attempt
        self._handle: asyncio.TimerHandle | None = None
        self.grows_long_at = since + LONG_SECONDS
        self._young: Young | None = young
        young.add(self)
        if total < LONG_SECONDS:
            self._arm(self._total_at)

    def grown_long(self) -> None:
        """It has lasted: from now on it has a timer."""
        self._young = None
        self._when_long(self._task)
        if self._handle is None:
            self._arm(self._due())

    def within(self, seconds: float, limit: str) -> None:
        """From now on, allow so many seconds; the total limit holds all the same."""
        self.since, self._allowed, self._limit = self.now(), seconds, limit
        due = self._due()
        if self._handle is None:
            if self._young is None or due < self.grows_long_at:
                self._arm(due)
        elif due < self._handle.when():
            self._arm(due)

    def only_total(self) -> None:
        self.within(self._total_at - self.now(), "total")

    def take_expired(self) -> str | None:
        """The limit that has just cancelled the task, whose cancellation is then over; None if it was not a limit.

        Where somebody else has cancelled the task as well, the task is to end: that is no matter of a limit.
        """
        limit, self._expired = self._expired, None
        if limit is None or self._task.uncancel():
            return None
        self.over = limit == "total"
        return limit

    def stop(self) -> None:
        if self._young is not None:
            self._young.discard(self)
            self._young = None
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
        now = self.now()
        if self.paused and now < self._total_at:
            self._arm(min(now + self._allowed, self._total_at))
        elif now < self._due():
            self._arm(self._due())
        else:
            self._expired = self._limit if now < self._total_at else "total"
            self._task.cancel()


class Young:
    """The deadlines of requests that have just begun, in order, and one timer for the oldest of them."""

    __slots__ = ("_deadlines", "_waiting")

    def __init__(self) -> None:
        self._deadlines: dict[Deadline, None] = {}
        self._waiting = False  # for the timer; it is not taken back when its deadline is

    def add(self, deadline: Deadline) -> None:
        self._deadlines[deadline] = None
        if not self._waiting:
            self._wait_until(deadline.grows_long_at)

    def discard(self, deadline: Deadline) -> None:
        self._deadlines.pop(deadline, None)

    def _wait_until(self, at: float) -> None:
        self._waiting = True
        asyncio.get_running_loop().call_at(at, self._look)

    def _look(self) -> None:
        self._waiting = False
        for deadline in list(self._deadlines):
            now = deadline.now()
            if deadline.grows_long_at > now:
                self._wait_until(max(deadline.grows_long_at, now + BATCH_SECONDS))
                return
            del self._deadlines[deadline]
            deadline.grown_long()
