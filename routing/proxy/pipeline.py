"""A request's way through the data plane: the list of its steps."""

import asyncio

from routing.proxy.admit import authenticate, check_endpoint, find_route
from routing.proxy.attempts import first_success
from routing.proxy.deadline import Deadline
from routing.proxy.endpoints import Endpoint
from routing.proxy.errors import INTERNAL_ERROR
from routing.proxy.exchange import Exchange
from routing.proxy.plane import DataPlane
from routing.proxy.recall import recall
from routing.proxy.receive import ClientLeft, Receive, Send, read_call
from routing.proxy.relay import relay_stream, relay_whole, send_error
from routing.proxy.report import settle
from routing.proxy.watch import ClientWatch
from routing.wire.failure import GatewayError


async def serve(exchange: Exchange, endpoint: Endpoint, plane: DataPlane, receive: Receive, send: Send) -> None:
    """Serve one request. However it ends, its row is written, once."""
    try:
        await authenticate(exchange, plane)
        await read_call(exchange, endpoint, receive, plane.max_body)
        _admit(exchange, endpoint)
        if endpoint.recalls:
            await recall(exchange, plane)
        await _answer(exchange, plane, receive, send)
    except GatewayError as error:
        await send_error(exchange, error, plane, send)
    except ClientLeft:
        exchange.client_left = True
    except asyncio.CancelledError:
        if not exchange.client_left:  # the server is stopping
            exchange.client_left = True
            raise
    except Exception:  # a bug: the row says so, and app.py tells the caller
        exchange.error, exchange.truncated = INTERNAL_ERROR, exchange.status == 200
        exchange.status = 200 if exchange.truncated else INTERNAL_ERROR.status
        raise
    finally:
        settle(exchange, plane.journal, plane.log)


def _admit(exchange: Exchange, endpoint: Endpoint) -> None:
    """May this key make this call, and which route does it mean?"""
    assert exchange.key is not None and exchange.tenant is not None
    check_endpoint(exchange.key, endpoint.name)
    exchange.route = find_route(exchange.key, exchange.tenant, exchange.requested_model)


async def _answer(exchange: Exchange, plane: DataPlane, receive: Receive, send: Send) -> None:
    """Route, attempt and relay, within the time limits, for as long as the client is there."""
    assert exchange.route is not None and exchange.call is not None
    watch = ClientWatch(exchange, receive)
    # Short requests, most of them, are not watched: a task each would cost as much as all else we do.
    deadline = Deadline(exchange.route.limits.total, watch.start, plane.young)
    try:
        success = await first_success(exchange, plane, deadline)
        if exchange.call.stream:
            await relay_stream(exchange, success, plane, deadline, send)
        else:
            deadline.stop()  # what is left is the client's pace
            await relay_whole(exchange, success, plane, send)
    finally:
        deadline.stop()
        watch.stop()
