"""Legacy completions: a server that continues prompts, for callers who ask for that."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.providers.openai_compatible.completions import OpenAICompletionsAdapter
from routing.providers.registry import adapter_for
from routing.wire.contract import Call, ErrorKind, Json, Target, TruncatedStream, UpstreamError
from routing.wire.sse import encode
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

TARGET = Target("openai_compatible", "https://provider.example/v1", "their-model", settings={"api": "completions"})
KEPT = [one for one in cassettes.kept() if one.endpoint == "completions" and one.body.startswith(b"data:")]


def adapter(**fields: Any) -> OpenAICompletionsAdapter:
    call = Call("chat", "openai_completions", {"model": "m", "prompt": "Hello", **fields}, "m", True)
    made = adapter_for(TARGET, call)
    assert isinstance(made, OpenAICompletionsAdapter)
    made.build(call, TARGET)
    return made


def read(parts: Iterable[bytes]) -> tuple[list[tuple[bytes, bool, bool]], Usage, list[str]]:
    made = adapter()
    events = [event for part in parts for event in made.feed(part)] + made.finish()
    return [(event.raw, event.content, event.last) for event in events], made.usage, made.texts


# B21
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
@settings(max_examples=25)
@given(data=st.data())
def test_any_cut_gives_the_same_events(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body])
    assert read(one_by_one(recorded.body)) == expected
    assert read(data.draw(pieces(recorded.body))) == expected


# B6
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
def test_a_stream_cut_short_is_truncated(recorded: Cassette) -> None:
    for cut in range(0, recorded.body.rindex(b"[DONE]") + 5, 97):
        with pytest.raises(TruncatedStream):
            read([recorded.body[:cut]])


def test_a_server_may_be_known_to_end_without_a_marker() -> None:
    made, call = OpenAICompletionsAdapter(), Call("chat", "openai_completions", {"prompt": "Hello"}, "m", True)
    made.build(call, Target("openai_compatible", "https://provider.example/v1", "m", settings={"done": "optional"}))
    made.feed(encode(b'{"choices": [{"text": "Hi", "index": 0, "finish_reason": "stop"}]}'))
    assert made.finish()[-1].last


def test_an_error_inside_a_stream_ends_it() -> None:
    made = adapter()
    made.feed(encode(b'{"error": {"message": "Overloaded", "type": "overloaded_error"}}'))
    assert made.failed is not None
    assert made.failed.kind is ErrorKind.OVERLOADED


def test_an_answer_without_usage_is_estimated_from_its_texts() -> None:
    made = adapter()
    body = orjson.dumps({"choices": [{"text": "Hello, world!", "index": 0, "finish_reason": "stop"}]})
    assert made.parse(body).raw is body
    made.estimate()
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.source) == (1, 4, "estimate")


@pytest.mark.parametrize("dialect", ["openai_chat", "anthropic_messages", "gemini", "openai_responses"])
def test_a_chat_is_refused_clearly(dialect: str) -> None:
    call = Call("chat", dialect, {"messages": []}, "m")
    with pytest.raises(UpstreamError, match="/v1/completions") as caught:
        adapter_for(TARGET, call).build(call, TARGET)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "messages")


# B7
@given(
    st.fixed_dictionaries({}, optional={"choices": ANYTHING | st.lists(ANYTHING), "usage": ANYTHING, "error": ANYTHING})
)
def test_whatever_comes_breaks_nothing(chunk: Json) -> None:
    made = adapter()
    made.feed(encode(orjson.dumps(chunk)))
    with suppress(UpstreamError):
        adapter().parse(orjson.dumps(chunk))
