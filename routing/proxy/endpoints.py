"""The endpoints that carry a model call: what each wants of a body."""

from collections.abc import Callable
from dataclasses import dataclass

from routing.proxy.errors import GatewayError
from routing.wire.contract import Call, Json


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One POST path. ``name`` is what a key's endpoint list and the ledger call it."""

    name: str
    read: Callable[[Json], Call]


def bad_request(message: str, param: str | None = None, code: str = "invalid_request_error") -> GatewayError:
    return GatewayError(400, code, message, param)


def _chat(body: Json) -> Call:
    if not isinstance(body.get("messages"), list):
        raise bad_request("'messages' must be a list of messages.", "messages")
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise bad_request("'stream' must be true or false.", "stream")
    return Call("chat", body, bool(stream))


def _embeddings(body: Json) -> Call:
    if not isinstance(body.get("input"), str | list):
        raise bad_request("'input' must be a text or a list.", "input")
    return Call("embeddings", body, False)


ENDPOINTS = {
    "/v1/chat/completions": Endpoint("chat", _chat),
    "/v1/embeddings": Endpoint("embeddings", _embeddings),
}
