"""After an answer of the Responses API: it is kept, or where it is kept is remembered."""

from routing.providers.registry import KINDS
from routing.proxy.exchange import Exchange
from routing.proxy.metrics import NOT_STORED
from routing.proxy.plane import DataPlane
from routing.proxy.stored import StoredResponse, StoreUnavailable, is_id
from routing.wire.contract import Json
from routing.wire.responses import new_id, objects


async def keep(exchange: Exchange, plane: DataPlane, answer: Json | None) -> None:
    """Store a whole answer before its last bytes go out, so that it can be continued at once. Never raises."""
    recall = exchange.recall
    if recall is None or not recall.store or answer is None:
        return
    response = _response(exchange, answer)
    if response is None:
        return
    try:
        await plane.responses.put(response)
    except StoreUnavailable:
        NOT_STORED.inc()
        assert exchange.call is not None
        exchange.call.warnings.append("The answer could not be stored.")


def whole_answer(source: object) -> Json | None:
    """The Response that an adapter or emitter of this API has put together; None if it has none."""
    answer = getattr(source, "answer", None)
    return answer if isinstance(answer, dict) else None


def _response(exchange: Exchange, answer: Json) -> StoredResponse | None:
    recall, answering, tenant, adapter, call = (
        exchange.recall, exchange.answering, exchange.tenant, exchange.adapter, exchange.call,
    )  # fmt: skip
    assert recall is not None and answering is not None and tenant is not None
    assert adapter is not None and call is not None
    deployment, response_id = answering.deployment, answer.get("id")
    if not is_id(response_id):
        return None
    at_provider = adapter.dialect == call.dialect and KINDS[deployment.target.kind].keeps_responses
    if at_provider and answer.get("store") is False:  # it says that it did not
        return None
    return StoredResponse(
        organization_id=tenant.organization.id,
        response_id=str(response_id),
        previous_id=recall.previous_id,
        deployment_id=deployment.id,
        at_provider=at_provider,
        body={} if at_provider else answer,
        items=[] if at_provider else [_named(item) for item in recall.items],
        item_ids=[item["id"] for item in objects(answer.get("output")) if is_id(item.get("id"))],
    )


def _named(item: Json) -> Json:
    """An input item with an id, by which a list of them can be paged."""
    return item if item.get("id") else {**item, "id": new_id("item")}
