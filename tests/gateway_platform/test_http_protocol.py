"""Answers as uvicorn writes them, byte by byte, in fewer pieces."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway_platform.http_protocol import AnswerInOnePiece

Message = dict[str, Any]
DEFAULT = [(b"server", b"uvicorn")]
NAMES = [b"x-a", b"X-B", b"content-type", b"connection", b"transfer-encoding", b"content-length", b"bad name", b""]
VALUES = [b"a", b"close", b"keep-alive, close", b"chunked", b"0", b"3", b"5", b"05", b"two\nlines", b"\xe4"]


@dataclass
class Transport:
    """Keeps what is written."""

    written: list[bytes] = field(default_factory=list)
    closed: bool = False

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def played(kind: type[RequestResponseCycle], messages: list[Message], method: str, keep_alive: bool) -> Any:
    """What came over the line, how often the answer was said to be over, and what went wrong."""
    transport, ends = Transport(), list[int]()
    log = logging.getLogger("test")
    cycle = kind(
        scope={"method": method},  # type: ignore[typeddict-item]
        transport=transport,  # type: ignore[arg-type]
        flow=FlowControl(transport),  # type: ignore[arg-type]
        logger=log, access_logger=log, access_log=False, default_headers=DEFAULT, message_event=asyncio.Event(),
        expect_100_continue=False, keep_alive=keep_alive, on_response=lambda: ends.append(1),
    )  # fmt: skip

    async def play() -> str:
        for message in messages:
            try:
                await cycle.send(message)  # type: ignore[arg-type]
            except (RuntimeError, ValueError) as error:
                return repr(error)
        return ""

    said = asyncio.run(play())
    return transport, (b"".join(transport.written), transport.closed, len(ends), cycle.response_complete, said)


def start(status: int, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(data: bytes, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


headers = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4)
bodies = st.lists(
    st.builds(body, st.sampled_from([b"", b"abc", b"ab", b"hello"]), st.booleans()), min_size=1, max_size=4
)


@given(
    st.sampled_from([200, 204, 304, 404, 500]), headers, bodies, st.sampled_from(["GET", "POST", "HEAD"]), st.booleans()
)
def test_every_answer_reads_as_uvicorn_s_own(
    status: int, headers: list[tuple[bytes, bytes]], bodies: list[Message], method: str, keep_alive: bool
) -> None:
    messages = [start(status, headers), *bodies]
    _, ours = played(AnswerInOnePiece, messages, method, keep_alive)
    _, theirs = played(RequestResponseCycle, messages, method, keep_alive)
    assert ours == theirs


@given(st.permutations([start(200, [(b"content-length", b"3")]), body(b"abc"), body(b"d"), start(200, [])]))
def test_messages_out_of_order_are_refused_alike(messages: list[Message]) -> None:
    _, ours = played(AnswerInOnePiece, messages, "GET", True)
    _, theirs = played(RequestResponseCycle, messages, "GET", True)
    assert ours[-1] == theirs[-1]


def test_a_whole_answer_is_one_piece_and_each_chunk_another() -> None:
    whole, _ = played(AnswerInOnePiece, [start(200, [(b"content-length", b"3")]), body(b"abc")], "POST", True)
    assert whole.written == [b"HTTP/1.1 200 OK\r\nserver: uvicorn\r\ncontent-length: 3\r\n\r\nabc"]

    stream, _ = played(
        AnswerInOnePiece, [start(200, []), body(b"abc", True), body(b"d", True), body(b"")], "POST", True
    )
    head, *chunks = stream.written
    assert head.endswith(b"transfer-encoding: chunked\r\n\r\n")
    assert chunks == [b"3\r\nabc\r\n", b"1\r\nd\r\n", b"0\r\n\r\n"]


def test_after_the_client_has_left_nothing_is_written() -> None:
    transport = Transport()
    log = logging.getLogger("test")
    cycle = AnswerInOnePiece(
        scope={"method": "POST"},  # type: ignore[typeddict-item]
        transport=transport,  # type: ignore[arg-type]
        flow=FlowControl(transport),  # type: ignore[arg-type]
        logger=log, access_logger=log, access_log=False, default_headers=DEFAULT, message_event=asyncio.Event(),
        expect_100_continue=False, keep_alive=True, on_response=lambda: None,
    )  # fmt: skip

    async def leave() -> None:
        await cycle.send(start(200, [(b"content-length", b"3")]))
        cycle.disconnected = True
        await cycle.send(body(b"abc"))

    asyncio.run(leave())
    assert transport.written == []
