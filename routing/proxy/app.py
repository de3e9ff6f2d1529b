"""The data plane as one plain ASGI callable: a path decides, and no framework stands between."""

import logging
from typing import Any
from urllib.parse import parse_qsl

from routing.proxy.admit import authenticate, check_endpoint
from routing.proxy.endpoints import Endpoint, endpoint_at
from routing.proxy.errors import INTERNAL_ERROR
from routing.proxy.exchange import Exchange
from routing.proxy.listing import LISTINGS
from routing.proxy.metrics import exposition, write_down
from routing.proxy.pipeline import serve
from routing.proxy.plane import DataPlane
from routing.proxy.receive import Receive, Send
from routing.proxy.relay import send_error
from routing.proxy.stored_endpoints import PREFIX as STORED
from routing.proxy.stored_endpoints import serve_stored
from routing.wire import json_text
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.gemini import GEMINI, GEMINI_ARRAY
from routing.wire.dialects.openai_chat import OPENAI_CHAT
from routing.wire.failure import GatewayError

logger = logging.getLogger(__name__)
HELLO = "/api/hello"  # Claude Code opens its connection with it
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics", HELLO})
PREFIXES = ("/v1/", "/v1beta/", "/v1beta1/")
MODELS = ("/v1/models", "/v1beta/models")


def is_proxied(path: str) -> bool:
    """Whether a path belongs to the data plane."""
    return path.startswith(PREFIXES) or path in OPEN_PATHS


def dialect_of(path: str, found: tuple[Endpoint, str] | None, headers: dict[bytes, bytes]) -> Dialect:
    """What the caller speaks. All SDKs list models at the same path: there the headers tell."""
    if found is not None:
        return found[0].dialect
    if path.startswith("/v1beta") or b"x-goog-api-key" in headers:
        return GEMINI
    return ANTHROPIC_MESSAGES if b"anthropic-version" in headers else OPENAI_CHAT


def take_query_key(headers: dict[bytes, bytes], query: bytes) -> None:
    """Google's callers may have their key in the address; from here on it is in none."""
    for name, value in parse_qsl(query):
        if name == b"key":
            headers.setdefault(b"x-goog-api-key", value)


class Proxy:
    """``plane`` is set when the worker has started and None before."""

    def __init__(self) -> None:
        self.plane: DataPlane | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path, plane = scope["path"], self.plane
        if path in OPEN_PATHS or plane is None:
            await self._open_path(path, send)
            return
        found = endpoint_at(path, scope["query_string"])
        exchange = Exchange(found[0].name if found else "models", dict(scope["headers"]))
        exchange.dialect = dialect_of(path, found, exchange.headers)
        if exchange.dialect in (GEMINI, GEMINI_ARRAY):
            take_query_key(exchange.headers, scope["query_string"])
        try:
            if found is not None and scope["method"] == "POST":
                endpoint, exchange.path_rest = found
                await serve(exchange, endpoint, plane, receive, send)
            else:
                await _other(exchange, plane, scope, send)
        except Exception:  # a bug: the caller gets an answer all the same, and the trace goes to the log
            logger.exception("request %s failed", exchange.request_id)
            if exchange.status == 200:  # part of an answer is out: the server cuts the connection
                raise
            await send_error(exchange, INTERNAL_ERROR, plane, send)

    async def _open_path(self, path: str, send: Send) -> None:
        plane = self.plane
        if plane is None or (path == "/readyz" and not plane.is_ready()):
            await _respond(send, 503, b'{"status":"starting"}')
        elif path == "/metrics":
            write_down(plane.journal)
            await _respond(send, 200, exposition(), b"text/plain; version=0.0.4; charset=utf-8")
        else:
            await _respond(send, 200, b'{"status":"ok"}')


async def _other(exchange: Exchange, plane: DataPlane, scope: dict[str, Any], send: Send) -> None:
    """What calls no model, so that no row is written: model lists, stored responses, and what does not exist."""
    path = scope["path"]
    try:
        if path.startswith(STORED) and not endpoint_at(path):
            body = await serve_stored(exchange, plane, scope)
        else:
            body = await _models(exchange, plane, path, scope["method"])
    except GatewayError as error:
        exchange.settled = True
        await send_error(exchange, error, plane, send)
    else:
        await _respond(send, 200, body)


async def _models(exchange: Exchange, plane: DataPlane, path: str, method: str) -> bytes:
    models = next((prefix for prefix in MODELS if path == prefix or path.startswith(prefix + "/")), None)
    if endpoint_at(path) or (models is not None and method != "GET"):
        raise GatewayError(405, "method_not_allowed", f"{method} is not allowed here.")
    if models is None:
        raise GatewayError(404, "unknown_url", f"There is no endpoint at {path}.")
    await authenticate(exchange, plane)
    assert exchange.key is not None and exchange.tenant is not None
    check_endpoint(exchange.key, "models")
    name = path[len(models) + 1 :]
    list_all, card = LISTINGS[exchange.dialect.name]
    found = card(exchange.key, exchange.tenant, name) if name else list_all(exchange.key, exchange.tenant)
    return json_text.write(found)


async def _respond(send: Send, status: int, body: bytes, content_type: bytes = b"application/json") -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
