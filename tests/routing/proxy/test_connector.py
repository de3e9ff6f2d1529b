"""Connections that the provider had closed while they lay in the pool."""

from collections.abc import AsyncIterator

import pytest

from routing.proxy.upstream import Upstream
from routing.wire.contract import ErrorKind, UpstreamError
from tests.routing.proxy.raw_server import WHOLE, Writer, read, send, serving


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    opened = Upstream(allow_private=True)
    yield opened
    await opened.close()


class Closing:
    """A server's script: so many answers a connection, then it closes without one."""

    def __init__(self, answers: int, before: bytes = b"") -> None:
        self.answers, self.before = answers, before
        self.given: dict[Writer, int] = {}
        self.processed = 0

    async def __call__(self, writer: Writer) -> None:
        self.given[writer] = self.given.get(writer, 0) + 1
        if self.given[writer] > self.answers:
            writer.write(self.before)
            await writer.drain()
            writer.close()
        else:
            self.processed += 1
            writer.write(WHOLE)


# B49: it read the request on a connection that it had been about to close
async def test_a_stale_connection_is_replaced_unseen(upstream: Upstream) -> None:
    script = Closing(answers=1)
    async with serving(script) as server:
        for number in range(1, 6):
            assert await read(upstream, server) == (200, b"hello")
            assert script.processed == server.connections == number


# B49
async def test_a_pool_of_stale_connections_is_gone_through(upstream: Upstream) -> None:
    script = Closing(answers=1)
    async with serving(script) as server:
        opened = [await send(upstream, server) for _ in range(4)]
        for response in opened:
            await response.read(100)
            response.close()
        assert await read(upstream, server) == (200, b"hello")
        assert (script.processed, server.connections, len(server.requests)) == (5, 5, 9)


# B26
async def test_a_new_connection_that_closes_is_one_attempt(upstream: Upstream) -> None:
    async with serving(Closing(answers=0)) as server:
        with pytest.raises(UpstreamError) as raised:
            await send(upstream, server)
    assert raised.value.kind is ErrorKind.CONNECTION
    assert len(server.requests) == 1


# B26: the provider has begun to answer, so that it may have done the work
async def test_an_answer_that_broke_off_is_not_asked_for_again(upstream: Upstream) -> None:
    async with serving(Closing(answers=1, before=b"HTTP/1.1 200 OK\r\ncontent-")) as server:
        await read(upstream, server)
        with pytest.raises(UpstreamError):
            await send(upstream, server)
    assert len(server.requests) == 2
