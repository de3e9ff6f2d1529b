"""Answers in every cut, and servers that say more, less or other than they should."""

import asyncio
import zlib
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.proxy.http.answer import HIGH_WATER, Answer
from routing.proxy.http.connection import LONGEST_HEAD, Connection
from routing.proxy.http.errors import ConnectionClosed, HttpError, MalformedAnswer, NoAnswer
from tests.routing.proxy.http.servers import ask, listening, pooling, whole

LENGTH = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
PACKED = zlib.compress(b"hello world")
DEFLATED = b"HTTP/1.1 200 OK\r\nContent-Encoding: Deflate\r\ncontent-length: %d\r\n\r\n" % len(PACKED) + PACKED
HINTED = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + CHUNKED
UNTIL_THE_END = b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nhello world"


class Wire:
    """A transport that takes what is written, and whether it was shut."""

    def __init__(self) -> None:
        self.sent, self.shut, self.paused, self.unsent = b"", False, False, 0

    def write(self, data: bytes) -> None:
        self.sent += data

    def abort(self) -> None:
        self.shut = True

    close = abort

    def is_closing(self) -> bool:
        return self.shut

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


def connected() -> tuple[Connection, Wire, list[Connection]]:
    """A connection, its transport, and the list that it is put into once it is free."""
    free: list[Connection] = []
    connection, wire = Connection(free.append), Wire()
    connection.connection_made(wire)
    return connection, wire, free


def cuts(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in at} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


async def all_of(received: Answer) -> bytes:
    await received.head()
    return await received.read(1000)


ANSWERS = [LENGTH, CHUNKED, DEFLATED, HINTED, UNTIL_THE_END]


@given(st.sampled_from(ANSWERS), st.lists(st.integers(0, 400), max_size=12))
async def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, at: list[int]) -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"body")
    for piece in cuts(answer, at):
        connection.data_received(piece)
    if answer is UNTIL_THE_END:
        connection.connection_lost(None)
    await received.head()
    assert (received.status, await received.read(100), wire.sent) == (200, b"hello world", b"headbody")
    assert free == ([] if answer is UNTIL_THE_END else [connection])


@given(st.lists(st.tuples(st.sampled_from(ANSWERS[:4]), st.lists(st.integers(0, 400), max_size=5)), max_size=6))
async def test_one_after_the_other(answers: list[tuple[bytes, list[int]]]) -> None:
    connection, _, free = connected()
    for number, (answer, at) in enumerate(answers, 1):
        received = connection.ask(b"head", b"")
        for piece in cuts(answer, at):
            connection.data_received(piece)
        await received.head()
        assert await received.read(100) == b"hello world"
        assert len(free) == number


@given(st.sampled_from(ANSWERS), st.integers(0, 400))
async def test_an_answer_cut_short_is_an_error(answer: bytes, at: int) -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"")
    cut = at % len(answer)
    connection.data_received(answer[:cut]) if cut else None
    connection.connection_lost(None)
    if answer is UNTIL_THE_END and cut >= answer.index(b"\r\n\r\n") + 4:  # which nobody can tell
        assert b"hello world".startswith(await all_of(received))
        return
    with pytest.raises(NoAnswer if not cut else ConnectionClosed):
        await all_of(received)
    assert (free, wire.shut) == ([], True)


@given(st.binary(max_size=300))
async def test_noise_never_hangs_and_never_frees_a_connection_in_its_middle(noise: bytes) -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"")
    connection.data_received(noise) if noise else None
    connection.connection_lost(None)
    with pytest.raises(HttpError):
        await all_of(received)
    assert free == [] and wire.shut


# B5: what a server says unasked is not the answer to the next request
@pytest.mark.parametrize("unasked", [LENGTH, b"HTTP/1.1 200 OK\r\nx:", b"noise", b"x"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_what_comes_unasked_ends_the_connection(unasked: bytes, at_once: bool) -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"")
    if at_once:
        connection.data_received(LENGTH + unasked)
        assert free == []
    else:
        connection.data_received(LENGTH)
        connection.data_received(unasked)
    await received.head()
    assert await received.read(100) == b"hello world"
    assert wire.shut and not connection.usable


async def test_an_endless_head_is_refused() -> None:
    connection, wire, _ = connected()
    received = connection.ask(b"head", b"")
    connection.data_received(b"HTTP/1.1 200 OK\r\n")
    for number in range(LONGEST_HEAD // 1000 + 2):
        if not wire.shut:
            connection.data_received(b"x-%d: " % number + b"y" * 1000 + b"\r\n")
    with pytest.raises(MalformedAnswer):
        await received.head()
    assert wire.shut


# B1: a reader that is slow makes the server wait, not our memory grow
async def test_a_server_waits_for_a_slow_reader() -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"")
    connection.data_received(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (2 * HIGH_WATER))
    connection.data_received(b"x" * HIGH_WATER)
    assert not wire.paused
    connection.data_received(b"x")
    assert wire.paused
    assert len(await received.next()) == HIGH_WATER + 1
    assert not wire.paused
    connection.data_received(b"x" * (HIGH_WATER - 1))
    assert (len(await received.next()), await received.next(), free) == (HIGH_WATER - 1, b"", [connection])


async def test_who_lets_an_answer_go_late_shuts_nobody_elses() -> None:
    connection, wire, _ = connected()
    first = connection.ask(b"head", b"")
    connection.data_received(LENGTH)
    second = connection.ask(b"head", b"")
    first.close()
    assert not wire.shut
    second.close()
    assert wire.shut


@pytest.mark.parametrize("said", [b"connection: close\r\n", b"Connection: Close\r\n"])
async def test_a_connection_that_is_to_be_closed_is_not_used_again(said: bytes) -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"")
    connection.data_received(LENGTH.replace(b"content", said + b"content", 1))
    await received.head()
    assert (await received.read(100), wire.shut, free) == (b"hello world", True, [])


async def test_a_server_that_answers_before_it_has_heard_all_is_not_asked_again() -> None:
    connection, wire, free = connected()
    received = connection.ask(b"head", b"body")
    wire.unsent = 2
    connection.data_received(LENGTH)
    await received.head()
    assert (await received.read(100), wire.shut, free) == (b"hello world", True, [])


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=10, deadline=None)
@given(st.integers(0, 3_000_000))
async def test_a_large_body_arrives_whole(size: int) -> None:
    body = b"x" * size

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
        received = await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % length + received)
        await writer.drain()
        writer.close()

    async with listening(echo) as port, pooling() as pool:
        assert await whole(await ask(pool, port, body)) == body
