"""What the suite does not hold against the gateway: rules, each with its reason."""

from routing.providers.registry import KINDS
from tests.conformance.exchanges import ENDPOINTS, Exchange


def excepted(exchange: Exchange) -> str:
    """Why an exchange is left out; empty if it is not."""
    if exchange.endpoint not in ENDPOINTS or ENDPOINTS[exchange.endpoint][0] not in KINDS:
        return f"endpoint {exchange.endpoint}: no dialect of the gateway's"
    if exchange.endpoint.startswith("invoke") and "anthropic_version" not in exchange.request:
        return "a model's own words inside InvokeModel: the gateway speaks Converse to all models but Claude"
    if exchange.method == "GET":
        return "a picture or a document that was fetched beside the calls, no answer of a model"
    if exchange.endpoint == "responses" and b'"embedding"' in exchange.body[:2000]:
        return "an embedding, filed under another endpoint"
    if exchange.dialect == "openai_chat" and b'"audio": {' in exchange.body:
        return "an answer in sound, which other dialects have no word for"
    return ""
