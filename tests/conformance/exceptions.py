"""What the suite does not hold against the gateway: rules, each with its reason."""

from routing.providers.registry import KINDS
from tests.conformance.exchanges import ENDPOINTS, Exchange
from tests.conformance.listings import is_list
from tests.conformance.operations import operation_of


def excepted(exchange: Exchange) -> str:
    """Why an exchange is left out; empty if it is not."""
    if operation_of(exchange) is not None or is_list(exchange):
        return ""
    if exchange.endpoint == "moderations":
        return "a report of what an account used"
    if exchange.endpoint not in ENDPOINTS or ENDPOINTS[exchange.endpoint][0] not in KINDS:
        return f"endpoint {exchange.endpoint}: no dialect of the gateway's"
    if exchange.endpoint == "cohere.chat" and "/v1/chat" in exchange.url:
        return "Cohere's first chat API, which its second replaced"
    if exchange.endpoint == "completions" and exchange.provider == "writer" and exchange.stream:
        return "a stream of Writer's own shape, which has no end that could be told from a cut"
    if exchange.method == "GET" and exchange.body.lstrip()[:1] != b"{":
        return "a picture or a document that was fetched beside the calls, no answer of a model"
    return ""
