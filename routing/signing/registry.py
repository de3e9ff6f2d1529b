"""The ways to sign, by name."""

from collections.abc import Callable

from routing.signing import aws, azure, bearer, google, header_key
from routing.signing.exchange import TokenExchange
from routing.wire.contract import Outgoing, Target

SIGNERS: dict[str, Callable[[Outgoing, Target], None]] = {
    "aws": aws.sign,
    "azure": azure.sign,
    "bearer": bearer.sign,
    "google": google.sign,
    "x_api_key": header_key.named("x-api-key"),
}
# Those whose secrets may have to be exchanged for a token first.
EXCHANGES = {
    "azure": TokenExchange(azure.token_request, azure.read_token),
    "google": TokenExchange(google.token_request, google.read_token),
}
