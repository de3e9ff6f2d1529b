"""The request that goes out is the caller's, with the provider's model name."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.registry import target_settings
from routing.wire.contract import Call, ErrorKind, UpstreamError
from tests.routing.providers.openai_compatible.exchanges import TARGET, adapter

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(st.text(max_size=12).filter(lambda field: field not in ("model", "stream_options")), JSON)


def sent(body: dict[str, Any], stream: bool = False, endpoint: str = "chat") -> tuple[str, dict[str, Any]]:
    outgoing = adapter({}).build(Call(endpoint, "openai_chat", body, "m", stream), TARGET)
    return outgoing.path, orjson.loads(outgoing.body)


# B40
@given(BODIES, st.booleans())
def test_every_field_travels_on_untouched(body: dict[str, Any], stream: bool) -> None:
    before = orjson.dumps(body)

    _, out = sent({"model": "route", **body}, stream)

    expected = {**body, "model": "their-model"}
    if stream:
        expected["stream_options"] = {"include_usage": True}
    assert out == expected
    assert orjson.dumps(body) == before  # the caller's own is needed again for the next attempt


# B1
@pytest.mark.parametrize(
    ("options", "out"),
    [
        (None, {"include_usage": True}),
        ({}, {"include_usage": True}),
        ({"include_usage": False}, {"include_usage": True}),
        ({"include_obfuscation": False}, {"include_obfuscation": False, "include_usage": True}),
        ("nonsense", {"include_usage": True}),
    ],
)
def test_a_stream_is_asked_for_its_usage(options: Any, out: dict[str, Any]) -> None:
    assert sent({"stream": True, "stream_options": options}, stream=True)[1]["stream_options"] == out


# B1: https://github.com/openai/openai-agents-python/issues/442
@pytest.mark.parametrize("options", [None, {"include_usage": True}])
def test_mistral_is_not_asked_since_it_refuses_that_and_says_it_all_the_same(options: Any) -> None:
    body = {"stream": True, "messages": [], **({"stream_options": options} if options else {})}
    mistral = replace(TARGET, settings=target_settings("mistral", "", {}))
    assert "stream_options" not in orjson.loads(
        adapter({}).build(Call("chat", "openai_chat", body, "m", True), mistral).body
    )


def test_a_whole_answer_s_options_are_the_caller_s_own() -> None:
    assert "stream_options" not in sent({"messages": []})[1]
    assert sent({"stream_options": {"x": 1}})[1]["stream_options"] == {"x": 1}


def test_each_endpoint_has_its_path() -> None:
    assert sent({"messages": []})[0] == "/chat/completions"
    assert sent({"input": "x"}, endpoint="embeddings")[0] == "/embeddings"


def test_what_is_nested_too_deeply_to_write_is_refused() -> None:
    nested = orjson.loads(b"[" * 1000 + b"]" * 1000)
    with pytest.raises(UpstreamError) as caught:
        sent({"messages": nested})
    assert caught.value.kind is ErrorKind.BAD_REQUEST
