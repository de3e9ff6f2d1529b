"""`/v1/models`: the model names that a key may use.

https://platform.openai.com/docs/api-reference/models, https://ai.google.dev/api/models
"""

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


def _google_card(name: str) -> Json:
    methods = ["generateContent", "countTokens"]
    return {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}


def _card(route: RouteRecord) -> Json:
    owners = sorted({deployment.provider for deployment, _ in route.targets})
    return {"id": route.name, "object": "model", "created": 0, "owned_by": ", ".join(owners)}
