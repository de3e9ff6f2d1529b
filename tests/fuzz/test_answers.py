"""Whatever a provider answers, its adapter reads it or says that it is broken, and the caller's dialect can tell it."""

import os

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.dataplane.cost import cost_of
from routing.proxy.errors import from_upstream
from routing.wire.contract import Adapter, TruncatedStream, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from routing.wire.json_text import write
from tests.fuzz import samples
from tests.fuzz.samples import Way
from tests.mutations import (
    Mutation,
    byte_mutations,
    examples,
    json_mutations,
    mutated_bytes,
    mutated_json,
    mutated_stream,
    pieces,
    stream_mutations,
)
from tests.routing.proxy.parts import PRICE

WAYS = [way for way in samples.ways() if way.is_open]
STREAMED = [way for way in WAYS if way.operation == "chat"]
SIZES = (0, 0, 0, 1, 7, 64, 100_000)  # of the pieces that arrive
NUMBER = st.integers(0, 2**16)  # of a recording
fuzzed = settings(max_examples=examples(800), derandomize="FUZZ" not in os.environ)


def settled(adapter: Adapter) -> None:
    """What is done with an adapter in the end, whatever came."""
    assert cost_of(adapter.usage, PRICE) >= 0
    adapter.estimate()
    assert cost_of(adapter.usage, PRICE) >= 0


def told(error: UpstreamError, way: Way) -> None:
    """An error can be said in the caller's dialect, whole and in a stream."""
    failure = from_upstream(error, "d1")
    assert write(DIALECTS[way.client].error(failure, "req_1"))
    assert DIALECTS[way.client].stream_error(failure, "req_1")


@fuzzed
@given(
    st.sampled_from(STREAMED), NUMBER, stream_mutations, st.sampled_from(SIZES)
)  # fmt: skip
def test_streams(way: Way, number: int, changes: tuple[list[Mutation], list[Mutation]], size: int) -> None:
    recorded = samples.pick(samples.answers(way.spoken, stream=True), number)
    body = mutated_bytes(mutated_stream(recorded.body, changes[0], recorded.is_binary), changes[1])
    adapter, call = way.asked_plainly(stream=True)
    emitter = None if adapter.dialect == way.client else DIALECTS[way.client].emitter(call)
    ended = False
    try:
        for piece in (*pieces(body, size), None):
            for event in adapter.finish() if piece is None else adapter.feed(piece):
                assert not ended
                if emitter is not None:
                    emitter.feed(event.chunks, adapter.usage)
                ended = event.last
        if adapter.failed is not None:
            raise adapter.failed
        if emitter is not None:
            assert emitter.finish(adapter.usage)
    except UpstreamError as error:
        told(error, way)
    except TruncatedStream:
        assert not ended
    settled(adapter)


@fuzzed
@given(st.sampled_from(WAYS), NUMBER, json_mutations, byte_mutations)
def test_whole_answers(way: Way, number: int, changes: list[Mutation], damage: list[Mutation]) -> None:
    recorded = samples.pick(samples.answers(way.spoken, stream=False), number)
    assume(recorded.body[:1] == b"{")
    body = mutated_bytes(mutated_json(recorded.json, changes), damage)
    adapter, call = way.asked_plainly(stream=False)
    try:
        answer = adapter.parse(body)
    except UpstreamError as error:
        told(error, way)
    else:
        if answer.chat is not None:
            assert write(DIALECTS[way.client].answer(answer.chat, adapter.usage, call))
    settled(adapter)


@fuzzed
@given(st.sampled_from(WAYS), NUMBER, json_mutations, byte_mutations, st.sampled_from([400, 401, 404, 422, 429, 500]))
def test_errors(way: Way, number: int, changes: list[Mutation], damage: list[Mutation], status: int) -> None:
    recorded = samples.pick(samples.refusals(), number)
    body = mutated_bytes(mutated_json(samples.value_in(recorded.body), changes), damage)
    adapter, _ = way.asked_plainly(stream=False)
    error = adapter.error(status, recorded.headers, body)
    assert isinstance(error, UpstreamError) and error.message
    told(error, way)
