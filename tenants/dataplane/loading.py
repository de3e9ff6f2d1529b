"""Many requests that miss the same record at once, as after a start, cost one read of the database."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SharedLoad(Generic[K, V]):
    """A loader that whoever asks while a read is under way waits for together."""

    def __init__(self, load: Callable[[K], Awaitable[V]]) -> None:
        self._load = load
        self._under_way: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """What the loader gives or raises. A caller that is cancelled takes nobody along."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._run(key))
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    def is_under_way(self, key: K) -> bool:
        return key in self._under_way

    def outdated(self, key: K) -> None:
        """What is being read may be old: whoever asks from now on has it read anew."""
        self._under_way.pop(key, None)

    async def _run(self, key: K) -> V:
        return await self._load(key)

    def _ended(self, key: K, task: "asyncio.Task[V]") -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
