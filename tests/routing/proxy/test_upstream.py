"""The sockets to providers, against servers that speak HTTP in every way, legal or not."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from routing.proxy.http.addresses import Addresses
from routing.proxy.upstream import BROKEN, Upstream, UpstreamResponse, broken, drain
from routing.signing.exchange import TokenRequest
from routing.wire.contract import ErrorKind, Target, UpstreamError
from tests.routing.proxy.raw_server import (
    SECRET,
    STREAM,
    WHOLE,
    Writer,
    chunked,
    outgoing,
    read,
    send,
    serving,
)
from tests.upstream.unreachable import unreachable_url


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    opened = Upstream(allow_private=True)
    yield opened
    await opened.close()


async def test_what_goes_out_is_signed_and_says_only_what_it_must(upstream: Upstream) -> None:
    async with serving(WHOLE) as server:
        assert await read(upstream, server) == (200, b"hello")
    lines = server.requests[0].decode().lower().split("\r\n")
    names = {line.partition(":")[0] for line in lines[1:] if ":" in line and not line.startswith("{")}
    assert lines[0] == "post /v1/chat/completions http/1.1"
    assert f"authorization: bearer {SECRET}" in lines
    assert {"content-type: application/json", "x-own: 1"} <= set(lines)
    assert names == {
        "host", "content-type", "content-length", "authorization", "x-own", "accept", "accept-encoding", "user-agent",
    }  # fmt: skip


async def test_a_connection_is_used_again_once_all_was_read(upstream: Upstream) -> None:
    async with serving(WHOLE) as server:
        for _ in range(5):
            await read(upstream, server)
    assert server.connections == 1


async def test_cookies_are_not_kept(upstream: Upstream) -> None:
    async with serving(WHOLE.replace(b"OK\r\n", b"OK\r\nset-cookie: tenant=a; path=/\r\n")) as server:
        for _ in range(2):
            await read(upstream, server)
    assert all(b"cookie" not in request.lower() for request in server.requests)


# B5
async def test_an_answer_that_is_let_go_early_is_closed_at_once(upstream: Upstream) -> None:
    async with serving(STREAM + b"\r\n" + chunked(b"data: 1\n\n")) as server:
        response = await send(upstream, server)
        assert await response.next() == b"data: 1\n\n"
        response.close()
        response.close()
        async with asyncio.timeout(1):
            await server.closed.wait()
        await send(upstream, server)
    assert server.connections == 2


async def test_each_piece_is_given_as_it_comes(upstream: Upstream) -> None:
    go_on = asyncio.Event()

    async def slowly(writer: Writer) -> None:
        writer.write(STREAM + b"\r\n" + chunked(b"one"))
        await go_on.wait()
        writer.write(chunked(b"two") + b"0\r\n\r\n")

    async with serving(slowly) as server:
        response = await send(upstream, server)
        assert await response.next() == b"one"
        go_on.set()
        assert [await response.next(), await response.next()] == [b"two", b""]
        response.close()
        await read(upstream, server)
    assert server.connections == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_stream_is_given_piece_by_piece(upstream: Upstream, encoding: str) -> None:
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    parts = [packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH) for part in (b"data: 1\n\n", b"data: 2\n\n")]
    head = STREAM + f"content-encoding: {encoding}\r\n\r\n".encode()
    go_on = asyncio.Event()

    async def slowly(writer: Writer) -> None:
        writer.write(head + chunked(parts[0]))
        await go_on.wait()
        writer.write(chunked(parts[1], packer.flush()) + b"0\r\n\r\n")

    async with serving(slowly) as server:
        response = await send(upstream, server)
        assert await response.next() == b"data: 1\n\n"
        go_on.set()
        assert await response.next() == b"data: 2\n\n"
        response.close()


async def test_a_compressed_answer_is_unpacked_up_to_the_limit(upstream: Upstream) -> None:
    packed = gzip.compress(b"x" * 10_000_000)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with serving(head + packed) as server:
        status, body = await read(upstream, server, limit=1_000_000)
    assert (status, len(body)) == (200, 1_000_000)


async def test_an_answer_without_end_is_cut_and_its_connection_closed(upstream: Upstream) -> None:
    async def for_ever(writer: Writer) -> None:
        writer.write(b"HTTP/1.1 500 Oh\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    async with serving(for_ever) as server:
        status, body = await read(upstream, server, limit=200_000)
        assert (status, len(body)) == (500, 200_000)
        async with asyncio.timeout(1):
            await server.closed.wait()


@pytest.mark.parametrize(
    ("raw", "status", "body"),
    [
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + WHOLE, 200, b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, 200, b"hello"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", 101, b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 304, b""),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n", 302, b""),
        (b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n", 307, b""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 200, b""),
        (b"HTTP/1.1 999 What\r\ncontent-length: 2\r\n\r\nhm", 999, b"hm"),
    ],
    ids=["hints", "continue", "upgrade", "204", "304", "302", "307", "empty", "999"],
)
async def test_odd_statuses_are_given_as_they_are(upstream: Upstream, raw: bytes, status: int, body: bytes) -> None:
    async with serving(raw) as server:
        assert await read(upstream, server) == (status, body)
    assert len(server.requests) == 1  # B16: redirects are not followed


# An answer in the manner of HTTP/1.0 ends with its connection.
async def test_http_1_0(upstream: Upstream) -> None:
    async def and_close(writer: Writer) -> None:
        writer.write(b"HTTP/1.0 200 OK\r\n\r\ndata: 1\n\n")
        await writer.drain()
        writer.close()

    async with serving(and_close) as server:
        assert await read(upstream, server) == (200, b"data: 1\n\n")
        assert await read(upstream, server) == (200, b"data: 1\n\n")
    assert server.connections == 2


NOT_HTTP: dict[str, bytes] = {
    "nothing": b"",
    "text": b"220 smtp.example ESMTP\r\n\r\n",
    "half": b"HTTP/1.1 200 OK\r\ncontent-le",
    "long header": b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000 + b"\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
}


@pytest.mark.parametrize("raw", NOT_HTTP.values(), ids=NOT_HTTP)
async def test_what_is_no_answer_is_a_connection_error(upstream: Upstream, raw: bytes) -> None:
    async def and_close(writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    async with serving(and_close) as server:
        with pytest.raises(UpstreamError) as caught:
            await send(upstream, server)
    assert caught.value.kind is ErrorKind.CONNECTION
    assert "127.0.0.1" not in caught.value.message


CUT: dict[str, bytes] = {
    "short": b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello",
    "chunk": STREAM + b"\r\n5\r\nhel",
    "no chunk size": STREAM + b"\r\nzz\r\nhello\r\n",
    "no last chunk": STREAM + b"\r\n" + chunked(b"hello"),
    "no gzip": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("raw", CUT.values(), ids=CUT)
async def test_an_answer_that_breaks_off_is_known_to(upstream: Upstream, raw: bytes) -> None:
    async def and_close(writer: Writer) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    async with serving(and_close) as server:
        with pytest.raises(BROKEN) as met:
            await read(upstream, server)
        assert broken(met.value).kind is ErrorKind.TRUNCATED
        response = await send(upstream, server)
        with pytest.raises(BROKEN) as met:
            await to_the_end(response)
        assert broken(met.value).kind is ErrorKind.TRUNCATED
        response.close()


async def to_the_end(response: UpstreamResponse) -> None:
    while await response.next():
        pass


async def test_refused_and_unreachable_addresses_are_told_apart(upstream: Upstream) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        target = Target("openai_compatible", f"http://127.0.0.1:{unused.getsockname()[1]}/v1", "m")
        with pytest.raises(UpstreamError) as caught:
            await upstream.send(outgoing(), target, 1.0)
    assert caught.value.kind is ErrorKind.CONNECTION

    with unreachable_url() as url:
        started = time.monotonic()
        with pytest.raises(UpstreamError) as caught:
            await upstream.send(outgoing(), Target("openai_compatible", url, "m"), 0.2)
    assert caught.value.kind is ErrorKind.TIMEOUT
    assert time.monotonic() - started < 2


# B9: resolving the name is part of connecting
async def test_a_name_that_does_not_resolve_in_time(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(Addresses, "of", never)
    started = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        await upstream.send(outgoing(), Target("openai_compatible", "http://slow.example/v1", "m"), 0.2)
    assert caught.value.kind is ErrorKind.TIMEOUT
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("url", ["", "no address", "ftp://x.example", "http://", "http://[::1", "http://x:99999"])
async def test_an_impossible_address_is_a_connection_error(upstream: Upstream, url: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await upstream.send(outgoing(), Target("openai_compatible", url, "m"), 1.0)
    assert caught.value.kind is ErrorKind.CONNECTION


@pytest.mark.parametrize("url", ["", "ftp://x.example", "http://[::1", "http://x:99999"])
async def test_an_impossible_token_address_is_a_connection_error(upstream: Upstream, url: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await upstream._post(TokenRequest(url, b""))
    assert caught.value.kind is ErrorKind.CONNECTION


@pytest.mark.parametrize("target", [{"headers": {"x": "a\r\nb: c"}}, {"secrets": ("sk\n",)}])
async def test_a_header_with_a_line_break_is_not_sent(upstream: Upstream, target: dict[str, Any]) -> None:
    async with serving(WHOLE) as server:
        changed = replace(server.target, **target)
        with pytest.raises(UpstreamError) as caught:
            await upstream.send(outgoing(), changed, 1.0)
    assert caught.value.kind is ErrorKind.CONNECTION
    assert server.requests == []


# B16
async def test_a_forbidden_name_is_not_connected_to() -> None:
    guarded = Upstream(allow_private=False)
    async with serving(WHOLE) as server:
        target = Target("openai_compatible", f"http://localhost:{server.port}/v1", "m")
        with pytest.raises(UpstreamError) as caught:
            await guarded.send(outgoing(), target, 1.0)
    await guarded.close()
    assert (caught.value.kind, server.connections) == (ErrorKind.CONNECTION, 0)


async def test_draining_does_not_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        async def next(self) -> bytes:
            await asyncio.sleep(0)
            return b"x"

    monkeypatch.setattr("routing.proxy.upstream.DRAIN_SECONDS", 0.05)
    started = time.monotonic()
    await drain(Endless())  # type: ignore[arg-type]
    assert time.monotonic() - started < 1
