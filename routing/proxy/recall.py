"""Before a request of the Responses API goes out: what it continues is looked up and, where we hold it, spelled out.

Ids are looked up within the caller's organisation only: one of another organisation is as unknown as one that never
was (B29). That holds for ids that providers would resolve themselves, too, since tenants may share an account there.
"""

from typing import Any, NoReturn

from routing.proxy.exchange import Exchange
from routing.proxy.plane import DataPlane
from routing.proxy.snapshot import DeploymentRecord, TenantSnapshot
from routing.proxy.stored import Recall, StoredResponse, StoreUnavailable, is_id
from routing.wire.contract import Call, Json
from routing.wire.failure import GatewayError, bad_request
from routing.wire.responses import objects

UNAVAILABLE = GatewayError(503, "store_unavailable", "Stored responses cannot be read at the moment.", retry_after=1)
MOST_REFERENCES = 1000


async def recall(exchange: Exchange, plane: DataPlane) -> None:
    """Set ``exchange.recall``, and the whole conversation on the call. Raises `GatewayError` (400, 404, 503)."""
    call, tenant = exchange.call, exchange.tenant
    assert call is not None and tenant is not None
    _refuse(call.body)
    own = input_items(call.body.get("input"))
    held = exchange.recall = Recall(_stores(call, tenant), own, call.body.get("previous_response_id"))
    call.notes["previous_response_id"] = held.previous_id
    try:
        if any(map(_is_reference, own)):
            held.items = await _resolved(held, plane, tenant)
            call.body = {**call.body, "input": held.items}
        if held.previous_id is not None:
            await _continue(call, held, plane, tenant)
    except StoreUnavailable:
        raise UNAVAILABLE from None


def _refuse(body: Json) -> None:
    """What would be kept at the provider, out of our sight."""
    if body.get("conversation"):
        raise bad_request("Conversations are not offered here; use 'previous_response_id'.", "conversation")
    if body.get("background"):
        raise bad_request("Answers in the background are not offered here.", "background")


def _stores(call: Call, tenant: TenantSnapshot) -> bool:
    if call.body.get("store") is False or call.operation != "chat":
        return False
    if tenant.organization.content_logging == "off":
        call.notes["store"] = False
        call.warnings.append("The answer is not stored: this organisation keeps no content.")
        return False
    return True


def input_items(given: Any) -> list[Json]:
    """A request's input as items."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": given}]}]
    return objects(given)


async def _continue(call: Call, held: Recall, plane: DataPlane, tenant: TenantSnapshot) -> None:
    """Put the conversation so far before the input, unless the provider holds it."""
    previous = _id(held.previous_id)
    chain = await plane.responses.chain(tenant.organization.id, previous, plane.max_body)
    if not chain:
        not_found(previous)
    if chain[-1].at_provider:
        held.holder = _holder(tenant, chain[-1])
        return
    if chain[0].previous_id is not None and not chain[0].at_provider:
        message = "The conversation is too long, or a response at its beginning was deleted."
        raise bad_request(message, "previous_response_id")
    earlier = [item for one in chain for item in [*one.items, *map(_said, objects(one.body.get("output")))]]
    call.body = {name: value for name, value in call.body.items() if name != "previous_response_id"}
    call.body["input"] = [*earlier, *held.items]


async def _resolved(held: Recall, plane: DataPlane, tenant: TenantSnapshot) -> list[Json]:
    """The input with each referenced item in its place; one that the provider holds stays a reference."""
    ids = list({_id(item.get("id"), "input") for item in held.items if _is_reference(item)})
    if len(ids) > MOST_REFERENCES:
        raise bad_request(f"'input' refers to more than {MOST_REFERENCES} items.", "input")
    found: dict[Any, Json | None] = {}  # None: at the provider
    for response in await plane.responses.with_items(tenant.organization.id, ids):
        if response.at_provider:
            held.holder = _holder(tenant, response)
            found |= dict.fromkeys(response.item_ids)
        found |= {item.get("id"): _said(item) for item in objects(response.body.get("output"))}
    for unknown in [item_id for item_id in ids if item_id not in found]:
        not_found(unknown, "Item", "input")
    return [(found[item["id"]] or item) if _is_reference(item) else item for item in held.items]


def _is_reference(item: Json) -> bool:
    """Whether its content is to be found by its id."""
    kind = item.get("type")
    if kind == "item_reference" or (kind is None and item.keys() == {"id"}):
        return True
    if kind == "reasoning":
        return bool(item.get("id")) and not item.get("encrypted_content") and not item.get("content")
    return kind == "image_generation_call" and bool(item.get("id")) and not item.get("result")


def _said(item: Json) -> Json:
    """An output item as it is sent back: without what only answers carry, such as ids that a provider cannot know."""
    gone = {"id", "status", "extra_content", "phase"}
    kept = {name: value for name, value in item.items() if name not in gone}
    if kept.get("type") == "message":
        parts = objects(kept.get("content"))
        kept["content"] = [{k: v for k, v in part.items() if k in ("type", "text", "refusal")} for part in parts]
    return kept


def _holder(tenant: TenantSnapshot, response: StoredResponse) -> DeploymentRecord:
    deployment = tenant.deployment(response.deployment_id)
    if deployment is None:  # it was deleted, and with it the way to the provider
        not_found(response.response_id)
    return deployment


def _id(value: Any, param: str = "previous_response_id") -> str:
    if not is_id(value):
        raise bad_request(f"'{param}' must hold an id.", param)
    return str(value)


def not_found(name: str, what: str = "Response", param: str | None = "previous_response_id") -> NoReturn:
    """The same words for what never was, what is gone, and what is another's."""
    raise GatewayError(404, f"{what.lower()}_not_found", f"{what} with id '{name}' not found.", param)
