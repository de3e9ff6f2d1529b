"""Legacy completions: straight through, and in front of a chat."""

from typing import Any

import orjson
import pytest
from openai.types import Completion

from billing.dataplane.usage import Usage, usage_from_openai
from routing.providers.openai_compatible.completions import OpenAICompletionsAdapter
from routing.wire.contract import Call, Event, Json, Target
from routing.wire.dialects.openai_completions import OPENAI_COMPLETIONS
from routing.wire.failure import GatewayError
from tests.routing.providers.openai_responses.exchanges import name, told
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

TARGET = Target("openai", "https://provider.example/v1", "their-model")
ZIPPED = b"\x1f\x8b"
PROVIDERS = ("openai", "azure", "together", "vllm")
FOUND = {one.id: one for provider in PROVIDERS for one in cassettes.full(provider)} | {
    c.id: c for c in cassettes.kept()
}
ALL = [
    one
    for one in FOUND.values()
    if one.endpoint == "completions" and one.status == 200 and one.body[:2] not in (b"", ZIPPED)
]
STREAMED = [one for one in ALL if one.body.startswith(b"data:")]
USAGE = Usage(input_tokens=3, output_tokens=2, source="provider")


def call_of(body: Json, stream: bool = False, wants_usage: bool = False) -> Call:
    return Call("chat", "openai_completions", body, "m", stream, wants_usage, to_chat=OPENAI_COMPLETIONS.to_chat)


def straight(recorded: Cassette) -> OpenAICompletionsAdapter:
    made = OpenAICompletionsAdapter()
    outgoing = made.build(call_of(recorded.request, recorded in STREAMED), TARGET)
    assert outgoing.path == "/completions"
    expected: Json = {**recorded.request, "model": "their-model"}
    if recorded in STREAMED:
        expected["stream_options"] = {"include_usage": True}
    assert orjson.loads(outgoing.body) == expected
    return made


# B40
def test_recorded_exchanges_go_straight_through() -> None:
    for recorded in ALL:
        made = straight(recorded)
        if recorded not in STREAMED:
            assert made.parse(recorded.body).raw is recorded.body
            assert made.usage == (usage_from_openai(recorded.usage) if recorded.usage else Usage()), name(recorded)
            continue
        events: list[Event] = [
            event for i in range(0, len(recorded.body), 7) for event in made.feed(recorded.body[i : i + 7])
        ]
        assert made.finish() == []
        assert told(b"".join(event.raw for event in events)) == told(recorded.body), name(recorded)
        words = [choice["text"] for one in told(recorded.body) for choice in one["choices"]]
        assert "".join(made.texts) == "".join(words), name(recorded)
        assert events[-1].last


def chat(**body: Any) -> Json:
    return call_of({"model": "m", **body}).chat


def test_a_prompt_is_what_a_user_says() -> None:
    said = chat(prompt=["Hi"], max_tokens=9, stop=["x"], n=2, best_of=2, echo=False, suffix=None, logprobs=None)
    assert said == {
        "model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "stop": ["x"], "n": 2,
    }  # fmt: skip
    assert chat(prompt="Hi")["max_tokens"] == 16  # as in that API


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": "a", "echo": True}, "echo"),
        ({"prompt": "a", "suffix": "b"}, "suffix"),
        ({"prompt": "a", "logprobs": 0}, "logprobs"),
        ({"prompt": "a", "best_of": 3}, "best_of"),
    ],
)
def test_what_a_chat_cannot_say_is_refused_by_name(body: Json, param: str) -> None:
    with pytest.raises(GatewayError) as caught:
        chat(**body)
    assert (caught.value.status, caught.value.param) == (400, param)


def test_a_chat_s_answer_as_a_completion() -> None:
    choices = [
        {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        for i, (text, finish) in enumerate([("One.", "stop"), ("Two", "length")])
    ]
    told_so = OPENAI_COMPLETIONS.answer({"choices": choices, "model": "theirs", "created": 7}, USAGE, call_of({}))
    completion = Completion.model_validate(told_so)
    assert [(choice.text, choice.finish_reason) for choice in completion.choices] == [
        ("One.", "stop"),
        ("Two", "length"),
    ]
    assert completion.usage is not None
    assert completion.usage.total_tokens == 5


@pytest.mark.parametrize("wants_usage", [True, False])
def test_a_chat_s_stream_as_a_completion_s(wants_usage: bool) -> None:
    def chunk(delta: Json, finish: str | None = None) -> Json:
        return {"id": "x", "model": "theirs", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    emitter = OPENAI_COMPLETIONS.emitter(call_of({}, True, wants_usage))
    chunks = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "One"}),
        chunk({"content": "."}),
        chunk({}, "stop"),
    ]
    stream = b"".join(emitter.feed([each], USAGE) for each in chunks) + emitter.finish(USAGE)

    assert stream.endswith(b"data: [DONE]\n\n")
    completions = [Completion.construct(**one) for one in told(stream)]
    texts = [choice.text for completion in completions for choice in completion.choices]
    assert texts == ["One", ".", ""]
    assert len({completion.id for completion in completions}) == 1
    assert (completions[-1].usage is not None) == wants_usage
