"""Who is calling, and may they?"""

import time
from functools import lru_cache

from routing.proxy.exchange import Exchange
from routing.proxy.plane import DataPlane
from routing.proxy.snapshot import RouteRecord, TenantSnapshot
from routing.wire.failure import GatewayError
from tenants.dataplane.keys import KeysUnavailable, digest_of, masked
from tenants.dataplane.records import KeyRecord

# Where SDKs put the key: OpenAI's, Anthropic's, Google's and Azure's place.
_KEY_HEADERS = (b"x-api-key", b"x-goog-api-key", b"api-key")


async def authenticate(exchange: Exchange, plane: DataPlane) -> None:
    """Set the key and the tenant on the exchange. Raises `GatewayError` (401, 403, 503)."""
    text = presented_key(exchange.headers)
    digest = digest_of(text)
    try:
        key = plane.keys.get(digest) or await plane.keys.find(digest)
        if key is None:
            raise GatewayError(401, "invalid_api_key", f"Incorrect API key provided: {masked(text)}.")
        exchange.key = key
        exchange.tenant = plane.tenants.get(key.organization_id) or await plane.tenants.find(key.organization_id)
    except KeysUnavailable:
        message = "Keys cannot be checked at the moment. Try again soon."
        raise GatewayError(503, "key_check_unavailable", message, retry_after=1) from None
    if exchange.tenant is None:
        raise GatewayError(401, "invalid_api_key", f"Incorrect API key provided: {masked(text)}.")
    _check_state(key)


def presented_key(headers: dict[bytes, bytes]) -> str:
    """The key in a request's headers. Raises `GatewayError` (401) if there is none."""
    bearer = headers.get(b"authorization", b"")
    if bearer[:7].lower() == b"bearer " and len(bearer) > 7:
        return bearer[7:].strip().decode("latin-1")
    for name in _KEY_HEADERS:
        if name in headers:
            return headers[name].decode("latin-1")
    raise GatewayError(401, "missing_api_key", "No API key provided. Send it as 'Authorization: Bearer KEY'.")


def _check_state(key: KeyRecord) -> None:
    if key.blocked:
        raise GatewayError(403, "key_blocked", f"The key '{key.name}' is blocked.")
    if key.expires_at is not None and key.expires_at <= time.time():
        raise GatewayError(401, "key_expired", f"The key '{key.name}' has expired.")


def check_endpoint(key: KeyRecord, endpoint: str) -> None:
    """Raises `GatewayError` (403) for an endpoint that is not on the key's list."""
    if key.endpoints is not None and endpoint not in key.endpoints:
        message = f"The key '{key.name}' may not call the endpoint '{endpoint}'."
        raise GatewayError(403, "endpoint_not_allowed", message)


def find_route(key: KeyRecord, tenant: TenantSnapshot, name: str) -> RouteRecord:
    """The route that a requested model name stands for. Raises `GatewayError` (403, 404)."""
    if not allows(key.routes, name):
        raise GatewayError(403, "model_not_allowed", f"The key '{key.name}' may not call the model '{name}'.", "model")
    route = tenant.route(name)
    if route is None:
        raise GatewayError(404, "model_not_found", f"The model '{name}' does not exist.", "model")
    return route


@lru_cache(maxsize=4096)
def allows(patterns: tuple[str, ...] | None, name: str) -> bool:
    """Whether a name is on a list of names and wildcards (`*` only). None is every name, an empty list none."""
    return patterns is None or any(_matches(pattern, name) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    if not name.startswith(first) or not name.endswith(rest[-1]):
        return False
    position, end = len(first), len(name) - len(rest[-1])
    for piece in rest[:-1]:
        found = name.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return position <= end
