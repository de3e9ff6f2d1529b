"""Connections to servers: opened when needed, used again while they last."""

import asyncio
import ssl
import time
from functools import cached_property

import aiohappyeyeballs

from routing.proxy.http.addresses import Addresses
from routing.proxy.http.answer import Answer
from routing.proxy.http.connection import Connection
from routing.proxy.http.errors import ConnectTimeout, NoAnswer
from routing.proxy.http.request import Origin

IDLE_SECONDS = 30.0  # less than servers keep a connection, as a rule
_SECOND_ADDRESS = 0.25  # seconds after which the next address is tried beside the first (RFC 8305)


class Pool:
    """One worker's connections. ``allow_private``: servers may live on the local network.

    There is no limit here: what a server may get at once is governed before this point.
    """

    def __init__(self, allow_private: bool) -> None:
        self._addresses = Addresses(allow_private)
        self._idle: dict[Origin, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    async def ask(self, origin: Origin, head: bytes, body: bytes, connect: float) -> Answer:
        """Send a request; the answer's head is there. ``connect``: seconds. Raises `HttpError`, OSError.

        Once more, until the connection is a new one, if the pool's had been closed by the server meanwhile.
        https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
        """
        while True:
            idle = self._take(origin)
            answer = (idle or await self._connected(origin, connect)).ask(head, body)
            try:
                await answer.head()
            except NoAnswer:
                if idle is None:
                    raise
            except BaseException:
                answer.close()
                raise
            else:
                return answer

    def close(self) -> None:
        """Shut what is idle."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.shut()
        self._idle.clear()

    def _take(self, origin: Origin) -> Connection | None:
        """The connection that was used last, if it may still be open."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if _is_fresh(connection):
                return connection
            connection.shut()
        return None

    async def _connected(self, origin: Origin, seconds: float) -> Connection:
        """A new connection. Raises `ConnectTimeout`, OSError."""
        try:
            async with asyncio.timeout(seconds):
                return await self._connect(origin)
        except TimeoutError:
            raise ConnectTimeout from None

    async def _connect(self, origin: Origin) -> Connection:
        addresses = await self._addresses.of(origin.host, origin.port)
        link = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=_SECOND_ADDRESS, interleave=1)
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(lambda released: self._put(origin, released)), sock=link,
                ssl=self._trust if origin.tls else None, server_hostname=origin.host if origin.tls else None,
            )  # fmt: skip
        except BaseException:
            link.close()
            raise
        return connection

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _put(self, origin: Origin, connection: Connection) -> None:
        connection.idle_since = time.monotonic()
        self._idle.setdefault(origin, []).append(connection)
        if self._sweep is None:
            self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._shut_old)

    def _shut_old(self) -> None:
        """Shut what has lain too long; again after a while, if anything is left."""
        self._sweep = None
        for origin in list(self._idle):
            fresh = []
            for connection in self._idle.pop(origin):
                if _is_fresh(connection):
                    fresh.append(connection)
                else:
                    connection.shut()
            if fresh:
                self._idle[origin] = fresh
        if self._idle:
            self._sweep_later()


def _is_fresh(connection: Connection) -> bool:
    """Whether a connection that is idle may still be open."""
    return connection.usable and time.monotonic() - connection.idle_since < IDLE_SECONDS
