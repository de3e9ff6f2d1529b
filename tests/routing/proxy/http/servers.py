"""Servers that write what they are told, and a pool that asks them."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

from routing.proxy.http.answer import Answer
from routing.proxy.http.pool import Pool
from routing.proxy.http.request import Place, head, place

Session = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(session: Session, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server's port."""
    listener = await asyncio.start_server(session, host, 0, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


@contextlib.asynccontextmanager
async def pooling() -> AsyncIterator[Pool]:
    pool = Pool(allow_private=True)
    try:
        yield pool
    finally:
        pool.close()


async def ask(pool: Pool, port: int, body: bytes = b"{}") -> Answer:
    """An answer whose head is there."""
    where = place(f"http://127.0.0.1:{port}/v1")
    return await asyncio.wait_for(pool.ask(where.origin, written(where, body), body, 2.0), 5)


def written(where: Place, body: bytes) -> bytes:
    return head("POST", where, [], len(body))


async def whole(answer: Answer, limit: int = 10**9) -> bytes:
    try:
        return await asyncio.wait_for(answer.read(limit), 5)
    finally:
        answer.close()
