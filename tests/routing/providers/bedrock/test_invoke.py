"""Each family's own words through InvokeModel, and Nova's."""

from base64 import b64encode
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.bedrock.invoke import METRICS, BedrockInvokeAdapter
from routing.providers.registry import adapter_for
from routing.wire.contract import Call, ErrorKind, Event, Json, Target, TruncatedStream, UpstreamError
from routing.wire.dialects.openai_completions import OPENAI_COMPLETIONS
from tests.routing.providers.bedrock.exchanges import everything
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire import eventstream
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

USER: Json = {"role": "user", "content": "Hi {0}"}
TALK = [
    {"role": "system", "content": "Be brief."},
    USER,
    {"role": "assistant", "content": "Yes?"},
    {"role": "user", "content": [{"type": "text", "text": "Go"}]},
]
TITAN, LLAMA2, LLAMA3 = "amazon.titan-text-lite-v1", "meta.llama2-13b-chat-v1", "us.meta.llama3-1-70b-instruct-v1:0"
CLAUDE2, MISTRAL, JURASSIC = "anthropic.claude-v2:1", "mistral.mistral-7b-instruct-v0:2", "ai21.j2-mid-v1"
COMMAND, NOVA = "cohere.command-text-v14", "amazon.nova-micro-v1:0"
FAMILIES = [TITAN, LLAMA2, LLAMA3, CLAUDE2, MISTRAL, JURASSIC, COMMAND, NOVA]
KNOBS: dict[str, Any] = {"temperature": 0.0, "top_p": 0.5, "max_tokens": 9, "stop": "x"}


def legacy(endpoint: str) -> list[Cassette]:
    found = [one for one in everything(endpoint) if "anthropic_version" not in one.request]
    return [one for one in found if "embed" not in one.model and "rerank" not in one.model]


def made(
    model: str, stream: bool = False, dialect: str = "openai_chat", **fields: Any
) -> tuple[BedrockInvokeAdapter, Json, list[str]]:
    settings = {"region": "us-east-1", "api": "invoke"}
    at = Target("bedrock", "https://bedrock.example", model, secrets=("key",), settings=settings)
    call = Call("chat", dialect, {"model": "m", "messages": [USER], **fields}, "m", stream)
    if dialect == "openai_completions":
        call.to_chat = OPENAI_COMPLETIONS.to_chat
    adapter = adapter_for(at, call)
    assert isinstance(adapter, BedrockInvokeAdapter)
    outgoing = adapter.build(call, at)
    assert outgoing.path.endswith("/invoke-with-response-stream" if stream else "/invoke")
    return adapter, orjson.loads(outgoing.body), call.warnings


SAMPLING = {"temperature": 0.0, "top_p": 0.5}
CAMEL = {"temperature": 0.0, "topP": 0.5, "stopSequences": ["x"]}
ASKED = {
    TITAN: {"inputText": "Hi {0}", "textGenerationConfig": {**CAMEL, "maxTokenCount": 9}},
    CLAUDE2: {
        "prompt": "\n\nHuman: Hi {0}\n\nAssistant:", **SAMPLING, "max_tokens_to_sample": 9, "stop_sequences": ["x"],
    },
    MISTRAL: {"prompt": "<s>[INST] Hi {0} [/INST]", **SAMPLING, "max_tokens": 9, "stop": ["x"]},
    JURASSIC: {"prompt": "Hi {0}", **CAMEL, "maxTokens": 9},
    COMMAND: {"prompt": "Hi {0}", "temperature": 0.0, "p": 0.5, "max_tokens": 9, "stop_sequences": ["x"]},
    NOVA: {
        "schemaVersion": "messages-v1", "messages": [{"role": "user", "content": [{"text": "Hi {0}"}]}],
        "inferenceConfig": {**CAMEL, "maxTokens": 9},
    },
}  # fmt: skip


@pytest.mark.parametrize(("model", "expected"), ASKED.items())
def test_each_family_is_asked_in_its_own_words(model: str, expected: Json) -> None:
    _, body, warnings = made(model, **KNOBS)
    assert body == expected
    assert warnings == []


def test_llama_stops_where_it_likes_and_says_so() -> None:
    _, body, warnings = made(LLAMA2, **KNOBS, top_k=3, seed=1)
    assert body == {"prompt": "<s>[INST] Hi {0} [/INST]", "temperature": 0.0, "top_p": 0.5, "max_gen_len": 9}
    assert {warning.split()[0] for warning in warnings} == {"stop", "top_k", "seed"}


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        (TITAN, "Be brief.\n\nUser: Hi {0}\nBot: Yes?\nUser: Go\nBot:"),
        (CLAUDE2, "Be brief.\n\n\n\nHuman: Hi {0}\n\nAssistant: Yes?\n\nHuman: Go\n\nAssistant:"),
        (LLAMA2, "<s>[INST] Be brief. [/INST][INST] Hi {0} [/INST] Yes?</s>[INST] Go [/INST]"),
        (
            LLAMA3,
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHi {0}<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nYes?<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nGo<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
    ],
)
def test_a_conversation_is_written_as_the_family_was_taught(model: str, prompt: str) -> None:
    _, body, _ = made(model, messages=TALK)
    assert body.get("prompt", body.get("inputText")) == prompt


def test_a_prompt_s_caller_gets_its_own_prompt_continued() -> None:
    _, body, _ = made(LLAMA3, dialect="openai_completions", prompt="Once upon", max_tokens=9)
    assert body == {"prompt": "Once upon", "max_gen_len": 9}


@pytest.mark.parametrize(
    ("model", "fields", "param"),
    [
        (LLAMA2, {"tools": [{"type": "function", "function": {"name": "a"}}]}, "tools"),
        (LLAMA2, {"response_format": {"type": "json_object"}}, "response_format"),
        (LLAMA2, {"n": 2}, "n"),
        (LLAMA2, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, "messages"),
        (LLAMA2, {"messages": [{"role": "tool", "content": "x"}]}, "messages"),
        ("deepseek.r1-v1:0", {}, "model"),
    ],
)  # fmt: skip
def test_what_a_prompt_cannot_say_is_refused(model: str, fields: Json, param: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        made(model, **fields)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, param)


def answered(recorded: Cassette) -> tuple[Json, BedrockInvokeAdapter]:
    adapter, _, _ = made(recorded.model)
    adapter.read_headers(recorded.headers)
    chat = adapter.parse(recorded.body).chat
    assert chat is not None
    return chat["choices"][0], adapter


# B1
@pytest.mark.parametrize("recorded", legacy("invoke"), ids=lambda one: one.id)
def test_recorded_answers(recorded: Cassette) -> None:
    choice, adapter = answered(recorded)
    message = choice["message"]
    assert message["content"] or message["tool_calls"]
    assert adapter.usage.input_tokens == int(recorded.headers["x-amzn-bedrock-input-token-count"])
    assert adapter.usage.output_tokens == int(recorded.headers["x-amzn-bedrock-output-token-count"])
    assert choice["finish_reason"] in ("stop", "length", "tool_calls")


def test_a_limit_is_told() -> None:
    assert answered(cassettes.load("455af62bd88e"))[0]["finish_reason"] == "length"
    choice, _ = answered(cassettes.load("5667c61fc1c1"))
    assert choice["finish_reason"] == "length"


def fed(model: str, parts: list[bytes]) -> tuple[list[Event], BedrockInvokeAdapter]:
    adapter, _, _ = made(model, stream=True)
    events = [event for part in parts for event in adapter.feed(part)]
    return events + adapter.finish(), adapter


def shape(events: list[Event]) -> list[Any]:
    return [([chunk["choices"] for chunk in event.chunks], event.content, event.last) for event in events]


# B1, B21
@pytest.mark.parametrize("recorded", legacy("invoke-stream"), ids=lambda one: one.id)
@given(data=st.data())
def test_recorded_streams_in_any_pieces(recorded: Cassette, data: st.DataObject) -> None:
    events, adapter = fed(recorded.model, [recorded.body])
    assert events[-1].last
    assert adapter.usage.source == "provider"
    assert adapter.usage.output_tokens > 0
    choices = [choice for event in events for chunk in event.chunks for choice in chunk["choices"]]
    assert "".join(choice["delta"].get("content", "") for choice in choices) == "".join(adapter.texts)
    assert [choice["finish_reason"] for choice in choices if choice["finish_reason"]] in (["stop"], ["length"])
    again, other = fed(recorded.model, data.draw(pieces(recorded.body)))
    assert (shape(again), other.usage) == (shape(events), adapter.usage)


@pytest.mark.parametrize("recorded", legacy("invoke-stream")[:3], ids=lambda one: one.id)
def test_byte_by_byte_too(recorded: Cassette) -> None:
    assert shape(fed(recorded.model, one_by_one(recorded.body))[0]) == shape(fed(recorded.model, [recorded.body])[0])


# B6
@pytest.mark.parametrize("recorded", legacy("invoke-stream")[:3], ids=lambda one: one.id)
def test_a_stream_cut_short_is_truncated(recorded: Cassette) -> None:
    last = recorded.body.rindex(b":event-type")
    for cut in range(0, last, max(last // 7, 1)):
        with pytest.raises(TruncatedStream):
            fed(recorded.model, [recorded.body[:cut]])


def event(data: Any) -> bytes:
    return eventstream.event("chunk", {"bytes": b64encode(orjson.dumps(data)).decode()})


def test_a_guardrail_may_end_a_stream_without_measurements() -> None:
    events, adapter = fed(TITAN, [event({"outputText": "No.", "completionReason": "CONTENT_FILTERED"})])
    assert events[-1].last
    assert events[0].chunks[0]["choices"][0]["finish_reason"] == "content_filter"
    assert adapter.usage.is_empty


WORDS = [
    "results", "outputText", "generation", "completion", "outputs", "completions", "generations", "text", METRICS,
    "stop_reason", "completionReason", "prompt_token_count", "generation_token_count", "output", "contentBlockDelta",
]  # fmt: skip


# B7
@pytest.mark.parametrize("model", FAMILIES)
@given(odd=ANYTHING | st.dictionaries(st.sampled_from(WORDS), ANYTHING))
def test_whatever_comes_breaks_nothing(model: str, odd: Any) -> None:
    with suppress(UpstreamError, TruncatedStream):
        fed(model, [event(odd)])
    with suppress(UpstreamError):
        made(model)[0].parse(orjson.dumps(odd))
