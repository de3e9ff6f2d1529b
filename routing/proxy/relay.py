"""From an answer at hand to the client: whole, or piece by piece as it comes."""

import asyncio
import time
from collections.abc import Iterable

from routing.proxy.attempts import Success, note_failure, read_end, timed_out
from routing.proxy.deadline import Deadline
from routing.proxy.errors import from_upstream
from routing.proxy.exchange import Exchange
from routing.proxy.keep import keep, whole_answer
from routing.proxy.plane import DataPlane
from routing.proxy.receive import Send
from routing.proxy.report import answer_headers, settle
from routing.proxy.upstream import BROKEN, broken, drain
from routing.wire import json_text
from routing.wire.contract import Adapter, Event, UpstreamError
from routing.wire.dialects.dialect import Emitter
from routing.wire.failure import GatewayError

Headers = list[tuple[bytes, bytes]]
_WHOLE = (b"content-type", b"application/json")
# No buffering and no transformation on the way: each token is to be seen as it comes.
_STREAM: Headers = [
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


SLOW_SECONDS = 0.05  # a client that takes longer to take a piece


async def relay_whole(exchange: Exchange, success: Success, plane: DataPlane, send: Send) -> None:
    """Send a whole answer, its row written first."""
    assert success.answer is not None
    exchange.status, exchange.first_content = 200, exchange.first_content or time.monotonic()
    success.response.close()
    settle(exchange, plane.journal, plane.log)
    body = await _body(exchange, success, plane)
    headers = [_WHOLE, (b"content-length", b"%d" % len(body)), *answer_headers(exchange)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _body(exchange: Exchange, success: Success, plane: DataPlane) -> bytes:
    """The answer in the caller's dialect: the provider's own bytes, where they are. Kept, where it is to be."""
    answer, call = success.answer, exchange.call
    assert answer is not None and call is not None
    said = None if answer.chat is None else exchange.dialect.answer(answer.chat, success.adapter.usage, call)
    if exchange.recall is not None:
        await keep(exchange, plane, said or whole_answer(success.adapter))
    return answer.raw if said is None else json_text.write(said)


async def relay_stream(exchange: Exchange, success: Success, plane: DataPlane, deadline: Deadline, send: Send) -> None:
    """Pass a stream on as it comes, and write its row before its last bytes go out."""
    try:
        last = await _stream(exchange, success, plane, deadline, send)
        deadline.stop()  # what is left is the client's pace
        settle(exchange, plane.journal, plane.log)
        if exchange.recall is not None and exchange.error is None:
            await keep(exchange, plane, whole_answer(success.emitter or success.adapter))
        await send({"type": "http.response.body", "body": last})
        if exchange.error is None:
            await drain(success.response)
    finally:
        success.response.close()


async def _stream(exchange: Exchange, success: Success, plane: DataPlane, deadline: Deadline, send: Send) -> bytes:
    """All of a stream but its last bytes, which are returned. What goes wrong ends it in the caller's dialect."""
    exchange.status = 200
    headers = [(b"content-type", exchange.dialect.stream_type), *_STREAM, *answer_headers(exchange)]
    try:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        return await _pump(exchange, success, deadline, send)
    except asyncio.CancelledError:
        error = timed_out(deadline)
        if error is None:
            raise
    except (UpstreamError, *BROKEN) as failure:
        error = broken(failure)
    return _broken_off(exchange, success, plane, error)


async def _pump(exchange: Exchange, success: Success, deadline: Deadline, send: Send) -> bytes:
    """Send all but the terminal marker, which is returned: it goes out once the row is written."""
    assert exchange.route is not None
    assert exchange.call is not None
    adapter, next_bytes, wants_usage = success.adapter, success.response.next, exchange.call.wants_usage
    if adapter.dialect != exchange.call.dialect:
        success.emitter = exchange.dialect.emitter(exchange.call)
    emitter, events, now = success.emitter, success.events, deadline.now
    exchange.first_content = time.monotonic()
    deadline.within(exchange.route.limits.idle, "idle")
    while True:
        if emitter is not None:
            out, has_content, ended = _translated(events, emitter, adapter)
        elif len(events) == 1 and not events[0].usage_only:  # the usual case
            event = events[0]
            out, has_content, ended = event.raw, event.content, event.last
        else:
            out, has_content, ended = _joined(events, wants_usage)
        if ended:
            return out
        if out:
            deadline.paused, before = True, now()
            await send({"type": "http.response.body", "body": out, "more_body": True})
            deadline.paused, after = False, now()
            if has_content:
                deadline.since = after
            if after - before > SLOW_SECONDS:
                await asyncio.sleep(0)  # the client may have left meanwhile: let the watch say so first
        if adapter.failed is not None:
            raise adapter.failed
        data = await next_bytes()
        events = adapter.feed(data) if data else read_end(adapter)


def _joined(events: Iterable[Event], wants_usage: bool) -> tuple[bytes, bool, bool]:
    """The bytes to send, whether there is content among them, and whether the stream has ended."""
    out, content, last = [], False, False
    for event in events:
        if wants_usage or not event.usage_only:
            out.append(event.raw)
        content = content or event.content
        last = last or event.last
    return (out[0] if len(out) == 1 else b"".join(out)), content, last


def _translated(events: Iterable[Event], emitter: Emitter, adapter: Adapter) -> tuple[bytes, bool, bool]:
    """The same as `_joined` for a caller of another dialect."""
    out, content, last = [], False, False
    for event in events:
        out.append(emitter.feed(event.chunks, adapter.usage))
        content = content or event.content
        last = last or event.last
    if last:
        if adapter.usage.source == "none":
            adapter.estimate()
        out.append(emitter.finish(adapter.usage))
    return b"".join(out), content, last


def _broken_off(exchange: Exchange, success: Success, plane: DataPlane, error: UpstreamError) -> bytes:
    """Record a failure after the first content; the in-band error to end the stream with."""
    assert exchange.answering is not None
    success.response.close()
    note_failure(exchange.answering, error, plane, success.adapter)
    exchange.error = from_upstream(error, exchange.answering.deployment.name)
    exchange.truncated = True
    return exchange.dialect.stream_error(exchange.error, exchange.request_id)


async def send_error(exchange: Exchange, error: GatewayError, plane: DataPlane, send: Send) -> None:
    """Answer with an error, its row written first."""
    status = exchange.dialect.statuses.get(error.code, error.status)
    exchange.error, exchange.status = error, status
    settle(exchange, plane.journal, plane.log)
    body = json_text.write(exchange.dialect.error(error, exchange.request_id))
    headers = [_WHOLE, (b"content-length", b"%d" % len(body)), *answer_headers(exchange)]
    if error.retry_after is not None:
        headers.append((b"retry-after", b"%d" % max(1, round(error.retry_after))))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
