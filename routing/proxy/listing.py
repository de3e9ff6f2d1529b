"""`/v1/models`: the model names that a key may use.

https://platform.openai.com/docs/api-reference/models, https://ai.google.dev/api/models,
https://platform.claude.com/docs/en/api/models/list
"""

from collections.abc import Callable

from routing.proxy.admit import allows, find_route
from routing.proxy.snapshot import RouteRecord, TenantSnapshot
from routing.wire.contract import Json
from tenants.dataplane.records import KeyRecord


def model_list(key: KeyRecord, tenant: TenantSnapshot) -> Json:
    """All that the key may call: routes first, then deployments by "provider/model"."""
    routes = [*tenant.routes.values(), *tenant.direct.values()]
    return {"object": "list", "data": [_card(route) for route in routes if allows(key.routes, route.name)]}


def model_card(key: KeyRecord, tenant: TenantSnapshot, name: str) -> Json:
    """One of them. Raises `GatewayError` (403, 404)."""
    return _card(find_route(key, tenant, name))


def google_list(key: KeyRecord, tenant: TenantSnapshot) -> Json:
    """All of them as Google lists models."""
    return {"models": [_google_card(card["id"]) for card in model_list(key, tenant)["data"]]}


def google_card(key: KeyRecord, tenant: TenantSnapshot, name: str) -> Json:
    """One of them so. Raises `GatewayError` (403, 404)."""
    return _google_card(find_route(key, tenant, name).name)


def anthropic_list(key: KeyRecord, tenant: TenantSnapshot) -> Json:
    """All of them as Anthropic lists models, on one page."""
    cards = [_anthropic_card(card["id"]) for card in model_list(key, tenant)["data"]]
    ends = (cards[0]["id"], cards[-1]["id"]) if cards else (None, None)
    return {"data": cards, "has_more": False, "first_id": ends[0], "last_id": ends[1]}


def anthropic_card(key: KeyRecord, tenant: TenantSnapshot, name: str) -> Json:
    """One of them so. Raises `GatewayError` (403, 404)."""
    return _anthropic_card(find_route(key, tenant, name).name)


def _anthropic_card(name: str) -> Json:
    """The beginning of time stands for a date that is not known, as at Anthropic."""
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "1970-01-01T00:00:00Z",
        "lifecycle": "active",
    }


def _google_card(name: str) -> Json:
    methods = ["generateContent", "countTokens"]
    return {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}


def _card(route: RouteRecord) -> Json:
    owners = sorted({deployment.provider for deployment, _ in route.targets})
    return {"id": route.name, "object": "model", "created": 0, "owned_by": ", ".join(owners)}


All = Callable[[KeyRecord, TenantSnapshot], Json]
One = Callable[[KeyRecord, TenantSnapshot, str], Json]
# By the caller's dialect: all models, and one.
LISTINGS: dict[str, tuple[All, One]] = {
    "openai_chat": (model_list, model_card),
    "anthropic_messages": (anthropic_list, anthropic_card),
    "gemini": (google_list, google_card),
}
