"""From an answer at hand to the client: whole, or piece by piece as it comes."""

import asyncio
import time
from collections.abc import Iterable

from routing.proxy.attempts import Success, note_failure, read_events, timed_out
from routing.proxy.deadline import Deadline
from routing.proxy.errors import GatewayError, from_upstream, openai_body
from routing.proxy.exchange import Exchange
from routing.proxy.plane import DataPlane
from routing.proxy.receive import Send
from routing.proxy.report import answer_headers, settle
from routing.proxy.upstream import drain
from routing.wire.contract import Event, UpstreamError
from routing.wire.sse import encode

Headers = list[tuple[bytes, bytes]]
_WHOLE = (b"content-type", b"application/json")
# No buffering and no transformation on the way: each token is to be seen as it comes.
_STREAM: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


async def relay_whole(exchange: Exchange, success: Success, plane: DataPlane, send: Send) -> None:
    """Send a whole answer, its row written first."""
    assert success.answer is not None
    exchange.status, exchange.first_content = 200, exchange.first_content or time.monotonic()
    success.response.close()
    settle(exchange, plane.journal, plane.log)
    body = success.answer.raw
    headers = [_WHOLE, (b"content-length", b"%d" % len(body)), *headers_of(exchange)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def relay_stream(exchange: Exchange, success: Success, plane: DataPlane, deadline: Deadline, send: Send) -> None:
    """Pass a stream on as it comes. What goes wrong now ends it with an error in the caller's dialect."""
    exchange.status = 200
    headers = [*_STREAM, *headers_of(exchange)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    try:
        last = await _pump(exchange, success, deadline, send)
    except asyncio.CancelledError:
        error = timed_out(deadline)
        if error is None:
            raise
        last = _broken_off(exchange, success, plane, error)
    except UpstreamError as error:
        last = _broken_off(exchange, success, plane, error)
    finally:
        if exchange.client_left or exchange.error is not None:
            success.response.close()
    settle(exchange, plane.journal, plane.log)
    await send({"type": "http.response.body", "body": last})
    if exchange.error is None:
        await drain(success.response)
        success.response.close()


async def _pump(exchange: Exchange, success: Success, deadline: Deadline, send: Send) -> bytes:
    """Send all but the terminal marker, which is returned: it goes out once the row is written."""
    assert exchange.route is not None
    idle, adapter, response = exchange.route.limits.idle, success.adapter, success.response
    events = success.events
    while True:
        out, has_content, ended = _joined(events, exchange.wants_usage)
        if has_content:
            if exchange.first_content is None:
                exchange.first_content = time.monotonic()
            deadline.only_total()  # a slow client is no fault of the provider's
        if ended:
            return out
        if out:
            await send({"type": "http.response.body", "body": out, "more_body": True})
        if adapter.failed is not None:
            raise adapter.failed
        if has_content:
            deadline.within(idle, "idle")
        events = read_events(adapter, await response.next())


def _joined(events: Iterable[Event], wants_usage: bool) -> tuple[bytes, bool, bool]:
    """The bytes to send, whether there is content among them, and whether the stream has ended."""
    out, content, last = [], False, False
    for event in events:
        if wants_usage or not event.usage_only:
            out.append(event.raw)
        content = content or event.content
        last = last or event.last
    return (out[0] if len(out) == 1 else b"".join(out)), content, last


def _broken_off(exchange: Exchange, success: Success, plane: DataPlane, error: UpstreamError) -> bytes:
    """Record a failure after the first content; the in-band error to end the stream with."""
    assert exchange.answering is not None
    note_failure(exchange.answering, error, plane, success.adapter)
    exchange.error = from_upstream(error, exchange.answering.deployment.name)
    exchange.truncated = True
    return encode(openai_body(exchange.error, exchange.request_id))


async def send_error(exchange: Exchange, error: GatewayError, plane: DataPlane, send: Send) -> None:
    """Answer with an error, its row written first."""
    exchange.error, exchange.status = error, error.status
    settle(exchange, plane.journal, plane.log)
    body = openai_body(error, exchange.request_id)
    headers = [_WHOLE, (b"content-length", b"%d" % len(body)), *headers_of(exchange)]
    if error.retry_after is not None:
        headers.append((b"retry-after", b"%d" % max(1, round(error.retry_after))))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def headers_of(exchange: Exchange) -> Headers:
    pairs = {"x-request-id": exchange.request_id, **answer_headers(exchange)}
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in pairs.items()]
