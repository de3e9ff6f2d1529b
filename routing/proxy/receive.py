"""From ASGI messages to a checked call."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from routing.proxy.endpoints import Endpoint
from routing.proxy.exchange import Exchange
from routing.proxy.extras import spread
from routing.wire import json_text
from routing.wire.failure import GatewayError, bad_request

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
MAX_NAME = 256  # characters of an end user's name
# What a caller may say to a provider outside the body; an adapter uses those that it knows.
_PASSED = frozenset({b"anthropic-beta", b"anthropic-version", b"openai-beta", b"x-stainless-helper-method"})


class ClientLeft(Exception):
    """The client closed the connection before its request was whole."""


async def read_call(exchange: Exchange, endpoint: Endpoint, receive: Receive, max_body: int) -> None:
    """Read the body and set the call on the exchange. Raises `GatewayError` (400, 413), `ClientLeft`."""
    body = await _read_body(exchange, receive, max_body)
    try:
        data = json_text.read(body)
    except json_text.InvalidJson as error:
        raise bad_request(f"The body is not valid JSON: {error}.", code="invalid_json") from None
    if not isinstance(data, dict):
        raise bad_request("The body must be a JSON object.", code="invalid_json")
    if "extra_body" in data or "extra_headers" in data:
        data, exchange.extra_headers = spread(data)
    call = endpoint.read(data, endpoint.dialect, exchange.path_rest)
    call.headers, call.to_chat = _passed_headers(exchange), endpoint.dialect.to_chat
    exchange.call, exchange.end_user = call, _end_user(exchange, data)


async def _read_body(exchange: Exchange, receive: Receive, limit: int) -> bytes:
    declared = exchange.headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    if exchange.headers.get(b"content-encoding", b"identity") != b"identity":
        raise GatewayError(415, "unsupported_encoding", "Send the body without a content encoding.")
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else parts[0]


def _too_large(limit: int) -> GatewayError:
    return GatewayError(413, "request_too_large", f"The body is larger than {limit} bytes.")


def _passed_headers(exchange: Exchange) -> dict[str, str]:
    headers = exchange.headers
    if exchange.extra_headers:
        headers = headers | {name.encode(): value.encode() for name, value in exchange.extra_headers.items()}
    elif _PASSED.isdisjoint(headers):
        return {}
    return {name.decode(): headers[name].decode("latin-1") for name in _PASSED if name in headers}


def _end_user(exchange: Exchange, data: dict[str, Any]) -> str:
    named = exchange.headers.get(b"x-gateway-end-user")
    user = named.decode(errors="replace") if named else data.get("user") or _user_id(data.get("metadata"))
    return user[:MAX_NAME] if isinstance(user, str) else ""


def _user_id(metadata: Any) -> Any:
    """Anthropic's place for it."""
    return metadata.get("user_id") if isinstance(metadata, dict) else None
