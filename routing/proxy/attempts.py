"""From a list of deployments to the first that answers.

Nothing reaches the client here: until the first content is at hand, any failure moves on.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field

from routing.providers.registry import adapter_for
from routing.proxy.choose import candidates
from routing.proxy.deadline import Deadline
from routing.proxy.errors import from_upstream
from routing.proxy.exchange import AttemptRecord, Exchange
from routing.proxy.extras import add_extras
from routing.proxy.plane import DataPlane
from routing.proxy.report import charge
from routing.proxy.scrub import scrub
from routing.proxy.snapshot import DeploymentRecord
from routing.proxy.upstream import BROKEN, UpstreamResponse, broken
from routing.wire.contract import (
    FINAL,
    RETRIED,
    Adapter,
    Answer,
    Call,
    ErrorKind,
    Event,
    ReadsHeaders,
    TruncatedStream,
    UpstreamError,
)
from routing.wire.dialects.dialect import Emitter
from routing.wire.failure import bad_request

FIRST_BACKOFF, LONGEST_BACKOFF = 0.25, 5.0  # seconds
LONGEST_ANSWER, LONGEST_ERROR = 256 * 1024 * 1024, 1024 * 1024  # bytes
# A stream that has sent so much frame without content is taken as it is.
HELD_EVENTS = 64


@dataclass(slots=True)
class Success:
    """An attempt that answered: a whole answer, or the events of a stream up to its first content."""

    adapter: Adapter
    response: UpstreamResponse
    answer: Answer | None = None
    events: list[Event] = field(default_factory=list)
    emitter: Emitter | None = None  # of a stream for a caller of another dialect


async def first_success(exchange: Exchange, plane: DataPlane, deadline: Deadline) -> Success:
    """Try the route's deployments in order. Raises `GatewayError` once none is left or the request is at fault."""
    assert exchange.route is not None and exchange.key is not None
    route, last = exchange.route, None
    for deployment in _holding(exchange, candidates(route, exchange.key, plane.health)):
        for tries in range(1 + route.retries):
            try:
                if tries and last is not None:
                    await _pause(_backoff(tries, last), deadline)
                return await _attempt(exchange, plane, deployment, deadline)
            except UpstreamError as error:
                last = error
            if last.kind in FINAL or deadline.over:
                raise from_upstream(last, deployment.name) from None
            if last.kind not in RETRIED or (last.retry_after or 0) > LONGEST_BACKOFF:
                break
    assert last is not None
    raise from_upstream(last, exchange.attempts[-1].deployment.name if exchange.attempts else "")


def _holding(exchange: Exchange, deployments: list[DeploymentRecord]) -> list[DeploymentRecord]:
    """Those at the provider that holds what the request continues, if one does. Raises `GatewayError` (400)."""
    holder = exchange.recall.holder if exchange.recall else None
    if holder is None:
        return deployments
    left = [deployment for deployment in deployments if deployment.provider == holder.provider]
    if not left:
        message = f"What this request continues is kept by '{holder.provider}', which the model does not lead to."
        raise bad_request(message, "previous_response_id")
    return left


def _backoff(tries: int, last: UpstreamError) -> float:
    wait: float = min(FIRST_BACKOFF * 2 ** (tries - 1), LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311
    return max(wait, last.retry_after or 0)


async def _pause(seconds: float, deadline: Deadline) -> None:
    """Wait before another try, at most until the total time is up. Raises `UpstreamError` (TIMEOUT) then."""
    deadline.only_total()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        error = timed_out(deadline)
        if error is None:
            raise
        raise error from None


async def _attempt(exchange: Exchange, plane: DataPlane, deployment: DeploymentRecord, deadline: Deadline) -> Success:
    """One try; where the provider refuses one of several keys, at once with the next. Raises `UpstreamError`."""
    while True:
        try:
            return await _attempt_once(exchange, plane, deployment, deadline)
        except UpstreamError as error:
            if error.kind is not ErrorKind.AUTH or deadline.over or not plane.credentials.alive(deployment):
                raise


async def _attempt_once(
    exchange: Exchange, plane: DataPlane, deployment: DeploymentRecord, deadline: Deadline
) -> Success:
    """One request to the provider, recorded. Raises `UpstreamError`, secrets removed."""
    assert exchange.call is not None
    adapter = adapter_for(deployment.target, exchange.call)
    record = AttemptRecord(deployment, time.monotonic())
    exchange.attempts.append(record)
    several = len(deployment.target.secrets) > 1
    if several:
        record.key = plane.credentials.choose(deployment)
    try:
        success = await _open(exchange, plane, record, adapter, deadline)
    except asyncio.CancelledError:
        error = timed_out(deadline)
        if error is None:
            raise
    except (UpstreamError, *BROKEN) as failure:
        error = broken(failure)
    else:
        plane.health.succeeded(deployment)
        if several:
            plane.credentials.succeeded(deployment, record.key)
        record.status = success.response.status
        exchange.adapter, exchange.answering = adapter, record
        return success
    note_failure(record, error, plane, adapter)
    raise error


async def _open(
    exchange: Exchange, plane: DataPlane, record: AttemptRecord, adapter: Adapter, deadline: Deadline
) -> Success:
    assert exchange.call is not None and exchange.route is not None
    call, limits, deployment = exchange.call, exchange.route.limits, record.deployment
    target = deployment.target if len(deployment.target.secrets) < 2 else deployment.keyed[record.key]
    if call.stream:
        deadline.within(limits.first_token, "first_token")
    outgoing = adapter.build(call, target)
    if deployment.forwards or exchange.extra_headers:
        add_extras(exchange, deployment, outgoing, adapter)
    response = await plane.upstream.send(outgoing, target, limits.connect)
    success = Success(adapter, response)
    try:
        await _read_start(success, call)
    except BaseException:
        response.close()
        raise
    return success


async def _read_start(success: Success, call: Call) -> None:
    response, adapter = success.response, success.adapter
    if not 200 <= response.status < 300:
        raise adapter.error(response.status, response.headers, await response.read(LONGEST_ERROR))
    if call.stream:
        await _read_to_content(success)
        return
    if isinstance(adapter, ReadsHeaders):
        adapter.read_headers(response.headers)
    success.answer = adapter.parse(await response.read(LONGEST_ANSWER))


async def _read_to_content(success: Success) -> None:
    events, adapter = success.events, success.adapter
    while len(events) < HELD_EVENTS:
        data = await success.response.next()
        batch = adapter.feed(data) if data else read_end(adapter)
        events += batch
        if any(event.content or event.last for event in batch):
            return
        if adapter.failed is not None:
            raise adapter.failed


def read_end(adapter: Adapter) -> list[Event]:
    """What the end of the bytes brings. Raises `UpstreamError` (TRUNCATED)."""
    try:
        return adapter.finish()
    except TruncatedStream:
        raise UpstreamError(ErrorKind.TRUNCATED, "The provider's stream ended before its answer did.") from None


def timed_out(deadline: Deadline) -> UpstreamError | None:
    """The error of a time limit that has just cancelled us; None if it was something else that did."""
    limit = deadline.take_expired()
    if limit is None:
        return None
    return UpstreamError(ErrorKind.TIMEOUT, f"The provider took too long ({limit} time limit).")


def note_failure(record: AttemptRecord, error: UpstreamError, plane: DataPlane, adapter: Adapter) -> None:
    """Write a failure into the attempt's record and the health of key or deployment; take secrets out of it."""
    scrub(error, record.deployment.target.secrets)
    record.ms = int((time.monotonic() - record.started) * 1000)
    record.status, record.error = error.status, error.kind
    record.message = "" if error.kind is ErrorKind.AUTH else error.message
    record.cost, _ = charge(adapter.usage, record.deployment.price)
    if plane.credentials.failed(record.deployment, record.key, error.kind, error.retry_after):
        error.retry_after = None  # which was said of that key alone
    else:
        plane.health.failed(record.deployment, error.kind, error.retry_after)
