"""Whole answers of Converse in the internal form."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.wire.contract import ErrorKind, UpstreamError
from tests.routing.providers.bedrock.exchanges import NOVA, adapter, everything, target, text_of
from tests.upstream.cassettes import Cassette

ALL = [one for one in everything("converse") if one.status == 200]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
REASONS = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length", "stop_sequence": "stop"}


def answer(content: list[Any], stop_reason: str = "end_turn", **usage: Any) -> bytes:
    counts = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8, **usage}
    message = {"role": "assistant", "content": content}
    return orjson.dumps({"output": {"message": message}, "stopReason": stop_reason, "usage": counts})


def parsed(content: list[Any], stop_reason: str = "end_turn") -> dict[str, Any]:
    chat = adapter().parse(answer(content, stop_reason)).chat
    assert chat is not None
    return chat["choices"][0]


@pytest.mark.parametrize("recorded", ALL, ids=lambda one: one.id)
def test_a_recorded_answer_keeps_its_meaning(recorded: Cassette) -> None:
    made = adapter(model=recorded.model)
    chat = made.parse(recorded.body).chat
    assert chat is not None
    (choice,) = chat["choices"]
    message, theirs = choice["message"], recorded.json
    content = theirs["output"]["message"]["content"]

    assert (message["content"] or "") == text_of(content)
    uses = [block["toolUse"] for block in content if "toolUse" in block]
    ours = [use for use in uses if use.get("type") != "server_tool_use"]
    assert [
        (call["id"], call["function"]["name"], orjson.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls", ())
    ] == [(use["toolUseId"], use["name"], use["input"]) for use in ours]
    expected = {"guardrail_intervened": "content_filter", **REASONS}.get(theirs["stopReason"], "stop")
    assert choice["finish_reason"] == expected
    thoughts = [b["reasoningContent"].get("reasoningText", {}) for b in content if "reasoningContent" in b]
    assert message.get("reasoning_content", "") == "".join(one.get("text", "") for one in thoughts)
    signatures = [block["signature"] for block in message.get("thinking_blocks", ())]
    assert signatures == [one["signature"] for one in thoughts if "signature" in one]
    check_usage(made.usage, theirs["usage"])


def check_usage(usage: Usage, raw: dict[str, Any]) -> None:
    read, written = raw.get("cacheReadInputTokens", 0), raw.get("cacheWriteInputTokens", 0)
    assert usage == Usage(
        input_tokens=raw["inputTokens"] + read + written,
        cached_input_tokens=read,
        cache_write_tokens=written,
        output_tokens=raw["outputTokens"],
        source="provider",
    )


# B8: cached tokens are beside the input here, and one-hour writes inside the writes
def test_usage_of_each_class() -> None:
    made = adapter()
    details = [{"ttl": "1h", "inputTokens": 30}, {"ttl": "5m", "inputTokens": 10}]
    made.parse(answer([{"text": "x"}], cacheReadInputTokens=100, cacheWriteInputTokens=40, cacheDetails=details))
    assert made.usage == Usage(
        input_tokens=143, cached_input_tokens=100, cache_write_tokens=40, cache_write_1h_tokens=30, output_tokens=5,
        source="provider",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("a_new_one", "stop"),
    ],
)
def test_finish_reasons(stop_reason: str, finish_reason: str) -> None:
    choice = parsed([{"text": "x"}], stop_reason)
    assert (choice["finish_reason"], choice["native_finish_reason"]) == (finish_reason, stop_reason)


# B39
def test_thoughts_keep_their_signatures() -> None:
    content = [
        {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
        {"reasoningContent": {"redactedContent": "c2VjcmV0"}},
        {"text": "Yes."},
    ]
    assert parsed(content)["message"] == {
        "role": "assistant",
        "content": "Yes.",
        "reasoning_content": "Hm.",
        "thinking_blocks": [
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "c2VjcmV0"},
        ],
    }


def test_a_tool_that_stands_for_a_schema_is_the_answer() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "A", "schema": schema}}
    made = adapter({"messages": [{"role": "user", "content": "Hi"}], "response_format": wanted}, model=NOVA)
    use = {"toolUseId": "t", "name": "json_answer", "input": {"a": 1}}

    chat = made.parse(answer([{"toolUse": use}], "tool_use")).chat

    assert chat is not None
    assert chat["choices"][0]["message"] == {"role": "assistant", "content": '{"a":1}'}
    assert chat["choices"][0]["finish_reason"] == "stop"


def test_the_frame_of_an_answer() -> None:
    chat = adapter().parse(answer([{"text": "x"}])).chat
    assert chat is not None
    assert (chat["object"], chat["model"], chat["id"][:9]) == ("chat.completion", target().model, "chatcmpl-")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "no message"),
        (b'{"output": {}}', "no message"),
        (b'{"output": {"message": {"content": "x"}}}', "no message"),
        (b'{"message": "Out of order"}', "Out of order"),
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes, message: str) -> None:
    with pytest.raises(UpstreamError, match=message) as caught:
        adapter().parse(body)
    assert caught.value.kind is ErrorKind.SERVER


BLOCKS = st.lists(
    ANYTHING
    | st.fixed_dictionaries(
        {},
        optional={
            "text": ANYTHING,
            "toolUse": ANYTHING | st.fixed_dictionaries({"name": ANYTHING, "input": ANYTHING, "toolUseId": ANYTHING}),
            "reasoningContent": ANYTHING | st.fixed_dictionaries({"reasoningText": ANYTHING}),
            "citationsContent": ANYTHING | st.fixed_dictionaries({"content": ANYTHING, "citations": ANYTHING}),
            "image": ANYTHING,
        },
    )
)


@settings(deadline=None)  # the first count loads the vocabulary
@given(BLOCKS, ANYTHING, ANYTHING | st.fixed_dictionaries({"inputTokens": ANYTHING, "cacheDetails": ANYTHING}))
def test_odd_answers_break_nothing(content: list[Any], reason: Any, usage: Any) -> None:
    made = adapter()
    body = {"output": {"message": {"content": content}}, "stopReason": reason, "usage": usage}
    answer = made.parse(orjson.dumps(body))
    assert answer.chat is not None
    orjson.dumps(answer.chat)
    made.estimate()


def test_an_answer_without_usage_is_estimated() -> None:
    made = adapter({"messages": [{"role": "user", "content": "Hello"}]})
    made.parse(orjson.dumps({"output": {"message": {"content": [{"text": "Hello, world!"}]}}}))
    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.source) == (5, 4, "estimate")
