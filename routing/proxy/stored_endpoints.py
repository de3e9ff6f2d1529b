"""`/v1/responses/{id}`: stored responses are read and deleted where they are kept. No model is called.

https://platform.openai.com/docs/api-reference/responses/get
"""

from typing import Any
from urllib.parse import parse_qs, quote

from routing.proxy.admit import authenticate, check_endpoint
from routing.proxy.exchange import Exchange
from routing.proxy.plane import DataPlane
from routing.proxy.recall import UNAVAILABLE, not_found
from routing.proxy.stored import StoredResponse, StoreUnavailable, is_id
from routing.proxy.upstream import BROKEN
from routing.wire import json_text
from routing.wire.contract import Json, Outgoing, UpstreamError
from routing.wire.failure import GatewayError, bad_request

PREFIX = "/v1/responses/"
ITEMS = "/input_items"
MOST_BYTES = 256 * 1024 * 1024
CONNECT_SECONDS = 5.0


async def serve_stored(exchange: Exchange, plane: DataPlane, scope: dict[str, Any]) -> bytes:
    """The body of the answer. Raises `GatewayError`."""
    method, name = scope["method"], scope["path"][len(PREFIX) :]
    response_id, items = name.removesuffix(ITEMS), name.endswith(ITEMS)
    if "/" in response_id or not is_id(response_id):
        raise GatewayError(404, "unknown_url", f"There is no endpoint at {scope['path']}.")
    if method not in (("GET",) if items else ("GET", "DELETE")):
        raise GatewayError(405, "method_not_allowed", f"{method} is not allowed here.")
    await authenticate(exchange, plane)
    assert exchange.key is not None
    check_endpoint(exchange.key, "responses")
    query = {name: values[-1] for name, values in parse_qs(scope.get("query_string", b"").decode("latin-1")).items()}
    if query.get("stream") == "true":
        raise bad_request("A stored response is not streamed again.", "stream")
    try:
        return await _serve(exchange, plane, response_id, method, query if items else None)
    except StoreUnavailable:
        raise UNAVAILABLE from None


async def _serve(
    exchange: Exchange, plane: DataPlane, response_id: str, method: str, listing: dict[str, str] | None
) -> bytes:
    assert exchange.key is not None
    organization_id = exchange.key.organization_id
    stored = await plane.responses.get(organization_id, response_id)
    if stored is None:
        not_found(response_id, param=None)
    if stored.at_provider:
        body = await _ask_provider(exchange, plane, stored, method, listing)
    elif method == "DELETE":
        body = json_text.write({"id": response_id, "object": "response.deleted", "deleted": True})
    else:
        body = json_text.write(stored.body if listing is None else _page(list(stored.items), listing))
    if method == "DELETE":
        await plane.responses.delete(organization_id, response_id)
    return body


async def _ask_provider(
    exchange: Exchange, plane: DataPlane, stored: StoredResponse, method: str, listing: dict[str, str] | None
) -> bytes:
    """Its own words, from the deployment that answered. Raises `GatewayError`."""
    assert exchange.tenant is not None
    deployment = exchange.tenant.deployment(stored.deployment_id)
    if deployment is None:
        not_found(stored.response_id, param=None)
    rest = "" if listing is None else ITEMS + _query(listing)
    outgoing = Outgoing(f"/responses/{quote(stored.response_id, safe='')}{rest}", method=method)
    try:
        answer = await plane.upstream.send(outgoing, plane.credentials.target(deployment), CONNECT_SECONDS)
        try:
            body = await answer.read(MOST_BYTES)
        finally:
            answer.close()
    except (UpstreamError, *BROKEN):
        raise GatewayError(502, "provider_unavailable", "The provider that keeps it does not answer.") from None
    if answer.status == 404 and method == "DELETE":  # gone there, so it may go here
        return json_text.write({"id": stored.response_id, "object": "response.deleted", "deleted": True})
    if answer.status == 404:
        not_found(stored.response_id, param=None)
    if answer.status != 200:
        raise GatewayError(502, "provider_error", f"The provider that keeps it answered with {answer.status}.")
    return body


def _query(listing: dict[str, str]) -> str:
    known = [f"{name}={quote(listing[name], safe='')}" for name in ("limit", "order", "after") if name in listing]
    return "?" + "&".join(known) if known else ""


def _page(items: list[Json], query: dict[str, str]) -> Json:
    """A page of input items, the last one first unless asked otherwise."""
    limit = query.get("limit", "20")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise bad_request("'limit' must be between 1 and 100.", "limit")
    if query.get("order", "desc") == "desc":
        items.reverse()
    if "after" in query:
        place = next((i for i, item in enumerate(items) if item.get("id") == query["after"]), len(items))
        items = items[place + 1 :]
    page = items[: int(limit)]
    ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {"first_id": "", "last_id": ""}
    return {"object": "list", "data": page, **ends, "has_more": len(items) > len(page)}
