"""Whatever a caller sends becomes a request that a provider can read, or is refused in words that name the field."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.registry import adapter_for
from routing.proxy.endpoints import ENDPOINTS, GOOGLE_METHODS, Endpoint
from routing.wire import json_text
from routing.wire.contract import FINAL, Call, ErrorKind, Json, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from routing.wire.failure import GatewayError
from tests.fuzz import samples
from tests.fuzz.samples import Way
from tests.mutations import Mutation, examples, json_mutations, mutated_json

WAYS = list(samples.ways())
NO_FIELD = "nested too deeply"  # what is wrong is the whole


def endpoint_of(way: Way) -> Endpoint:
    if way.client == "gemini":
        return GOOGLE_METHODS["generateContent"]
    named = {"chat": "chat", "embeddings": "embeddings"}.get(way.operation, way.operation)
    found = [one for one in ENDPOINTS.values() if one.dialect.name == way.client]
    return next((one for one in found if one.name == named), found[0])


def asked(way: Way, body: Json, stream: bool) -> Call:
    """The call that a body makes. Raises `GatewayError`."""
    endpoint = endpoint_of(way)
    call = endpoint.read(body, endpoint.dialect, "m")
    call.to_chat = DIALECTS[way.client].to_chat
    if way.operation in ("chat", "count_tokens", "compact"):
        call.operation = way.operation
    call.stream = stream and way.operation == "chat"
    return call


@settings(max_examples=examples(1200), derandomize="FUZZ" not in os.environ)
@given(st.sampled_from(WAYS), st.integers(0, 2**16), json_mutations, st.booleans())
def test_requests(way: Way, number: int, changes: list[Mutation], stream: bool) -> None:
    recorded = samples.requests(way.asked) or [way.prompt]
    body = mutated_json({**recorded[number % len(recorded)], "model": "m"}, changes)
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        return  # refused before it is looked at
    if isinstance(data, dict):
        check(way, data, stream)


def check(way: Way, body: Json, stream: bool) -> None:
    refusal: GatewayError | UpstreamError | None = None
    try:
        call = asked(way, body, stream)
        outgoing = adapter_for(way.target, call).build(call, way.target)
    except (GatewayError, UpstreamError) as error:
        refusal = error
    else:
        assert isinstance(json_text.read(outgoing.answered or outgoing.body), dict)
        assert "; ".join(call.warnings).encode("latin-1", "replace") is not None
    if isinstance(refusal, GatewayError):
        assert refusal.status == 400
    elif refusal is not None:
        assert refusal.kind in FINAL or refusal.kind is ErrorKind.UNSUPPORTED
    assert refusal is None or refusal.param or NO_FIELD in refusal.message or not way.is_open
