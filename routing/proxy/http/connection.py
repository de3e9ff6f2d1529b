"""One connection to a server: a request goes out, its answer comes in, and the next may follow (RFC 9112)."""

import asyncio
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from routing.proxy.http.answer import HIGH_WATER, Answer
from routing.proxy.http.errors import ConnectionClosed, HttpError, MalformedAnswer, NoAnswer

LONGEST_HEAD = 64 * 1024  # bytes
_JOINED = 64 * 1024  # bytes of a body that goes out in one piece with its head
_SWITCHED = 101


class Connection(asyncio.Protocol):
    """``released`` is called with it when it is free for another request."""

    __slots__ = (
        "_answer", "_fields", "_head_size", "_keep", "_over", "_parser", "_paused", "_released", "_transport",
        "future", "idle_since",
    )  # fmt: skip

    def __init__(self, released: Callable[["Connection"], None]) -> None:
        self._released = released
        self._parser = HttpResponseParser(self)
        # As servers are in the wild, and no looser: nothing that would make two readers see different answers.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        self._transport: Any = None
        self._answer: Answer | None = None
        self._fields: dict[bytes, bytes] = {}
        self._head_size = 0
        self._paused = self._over = self._keep = False
        self.future: Callable[[], asyncio.Future[None]] = asyncio.get_running_loop().create_future
        self.idle_since = 0.0

    def ask(self, head: bytes, body: bytes) -> Answer:
        """Send a request."""
        answer = self._answer = Answer(self)
        self._head_size, self._over = 0, False
        if len(body) < _JOINED:
            self._transport.write(head + body)
        else:
            self._transport.write(head)
            self._transport.write(body)
        return answer

    @property
    def usable(self) -> bool:
        """Whether another request may be sent, as far as is known."""
        return not self._transport.is_closing()

    def shut(self) -> None:
        self._transport.abort()

    def drop(self, answer: Answer) -> None:
        """The reader of this answer has left."""
        if self._answer is answer:
            self._answer = None
            self.shut()

    def go_on(self, answer: Answer) -> None:
        """The reader of this answer has caught up."""
        if self._paused and self._answer is answer:
            self._resume()

    # What the transport tells.

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:  # nothing was asked
            self.shut()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._keep = False
        except HttpParserError:
            self._keep = False
            if not self._over:
                self._fail(MalformedAnswer())
        if not answer.status:
            self._head_size += len(data)
            if self._head_size > LONGEST_HEAD:
                self._fail(MalformedAnswer())
        if self._over:
            self._release()
        waiter = answer.waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        answer = self._answer
        if answer is None:
            return
        if error is None and answer.status and _lasts_to_the_end(answer):
            answer.complete, self._answer = True, None
        else:
            self._fail(ConnectionClosed() if answer.status or self._head_size else NoAnswer())
        if answer.waiter is not None and not answer.waiter.done():
            answer.waiter.set_result(None)

    # What the parser tells.

    def on_message_begin(self) -> None:
        if self._over:  # an answer that nobody asked for
            raise MalformedAnswer
        self._fields = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(value) > LONGEST_HEAD:
            raise MalformedAnswer
        self._fields[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        answer = self._answer
        if answer is not None and (status >= 200 or status == _SWITCHED):
            answer.status, answer.fields = status, self._fields

    def on_body(self, data: bytes) -> None:
        answer = self._answer
        if answer is None:
            return
        answer.pieces.append(data)
        answer.size += len(data)
        if answer.size > HIGH_WATER and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._answer is not None and self._answer.status:  # else it was an interim one
            self._over, self._keep = True, self._parser.should_keep_alive()

    def _release(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.complete = True
        if self._paused:
            self._resume()
        if self._keep and not self._transport.get_write_buffer_size():  # else it answered before it had heard all
            self._released(self)
        else:
            self._transport.close()

    def _resume(self) -> None:
        self._paused = False
        self._transport.resume_reading()

    def _fail(self, error: HttpError) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.error = error
        self.shut()


def _lasts_to_the_end(answer: Answer) -> bool:
    """Whether the end of the connection is the end of the answer."""
    return b"content-length" not in answer.fields and b"transfer-encoding" not in answer.fields
