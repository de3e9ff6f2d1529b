"""Watching for the client to leave, beside the task that serves it."""

import asyncio
from typing import Any

from routing.proxy.exchange import Exchange
from routing.proxy.receive import Receive


class ClientWatch:
    """Once started, cancels the serving task when its client disconnects; then ``exchange.client_left`` is set."""

    __slots__ = ("_exchange", "_receive", "_task")

    def __init__(self, exchange: Exchange, receive: Receive) -> None:
        self._exchange = exchange
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def start(self, served: asyncio.Task[Any]) -> None:
        self._task = asyncio.create_task(self._wait(served))

    async def _wait(self, served: asyncio.Task[Any]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        # After the row is written the request is over, whatever the client does.
        if not self._exchange.settled:
            self._exchange.client_left = True
            served.cancel()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
