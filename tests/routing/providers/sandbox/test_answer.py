"""The sandbox: free, deterministic, and a provider like any other to the adapter that reads it."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.sandbox.answer import MOST_INPUTS, SandboxAnswer, answer
from routing.wire.contract import Call, ErrorKind, Target, TruncatedStream

TARGET = Target("sandbox", "", "sandbox-model")
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello, world!"}]
SAID = st.text(max_size=60)


def ask(
    body: dict[str, Any], stream: bool = False, endpoint: str = "chat"
) -> tuple[OpenAICompatibleAdapter, SandboxAnswer]:
    """A request as the gateway builds it, and the sandbox's answer."""
    adapter = OpenAICompatibleAdapter()
    body = {"stream": True, **body} if stream else body
    return adapter, answer(adapter.build(Call(endpoint, "openai_chat", body, "m", stream), TARGET))


def chat(
    stream: bool = False, messages: Any = MESSAGES, **script: Any
) -> tuple[OpenAICompatibleAdapter, SandboxAnswer]:
    return ask({"messages": messages, **({"sandbox": script} if script else {})}, stream)


def body_of(given: SandboxAnswer) -> bytes:
    return b"".join(piece for _, piece in given.pieces)


def whole_message(*arguments: Any, **script: Any) -> Any:
    adapter, given = chat(*arguments, **script)
    assert given.status == 200
    return orjson.loads(adapter.parse(body_of(given)).raw)["choices"][0]["message"]


def deltas(adapter: OpenAICompatibleAdapter, given: SandboxAnswer) -> list[Any]:
    """What a stream says, read to its end."""
    events = [event for _, piece in given.pieces for event in adapter.feed(piece)] + adapter.finish()
    chunks = [orjson.loads(event.raw.removeprefix(b"data: ")) for event in events if not event.last]
    return [choice["delta"] for chunk in chunks for choice in chunk["choices"]]


def test_it_says_what_it_heard_last_and_counts_it() -> None:
    adapter, given = chat()
    data = orjson.loads(adapter.parse(body_of(given)).raw)

    assert data["choices"][0]["message"]["content"] == "The sandbox heard: Hello, world!"
    assert data["choices"][0]["finish_reason"] == "stop"
    assert (adapter.usage.input_tokens, adapter.usage.output_tokens) == (7, 8)
    assert adapter.usage.source == "provider"


@pytest.mark.parametrize("messages", [[], [{"role": "system", "content": "x"}], ["odd", None, 7]])
def test_without_a_user_it_heard_nothing(messages: Any) -> None:
    assert whole_message(messages=messages)["content"] == "The sandbox heard nothing."


@given(SAID, st.booleans())
def test_the_same_request_has_the_same_answer(text: str, stream: bool) -> None:
    messages = [{"role": "user", "content": text}]
    assert body_of(chat(stream, messages)[1]) == body_of(chat(stream, messages)[1])


@given(SAID)
def test_a_stream_says_what_the_whole_answer_says(text: str) -> None:
    told = "".join(delta.get("content") or "" for delta in deltas(*chat(stream=True, text=text)))
    assert told == text == whole_message(text=text)["content"]


def test_a_stream_ends_with_usage_and_can_be_read_back() -> None:
    adapter, given = chat(stream=True)
    deltas(adapter, given)
    assert (adapter.usage.input_tokens, adapter.usage.output_tokens) == (7, 8)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans())
def test_usage_can_be_scripted(said: int, wrote: int, stream: bool) -> None:
    adapter, given = chat(stream, input_tokens=said, output_tokens=wrote)
    _ = deltas(adapter, given) if stream else adapter.parse(body_of(given))
    assert (adapter.usage.input_tokens, adapter.usage.output_tokens) == (said, wrote)


@pytest.mark.parametrize("stream", [True, False])
def test_usage_can_be_left_out(stream: bool) -> None:
    adapter, given = chat(stream, usage=False)
    _ = deltas(adapter, given) if stream else adapter.parse(body_of(given))
    assert adapter.usage.source == "none"


def test_tool_calls() -> None:
    calls = [{"name": "look", "arguments": {"at": "me"}}, {"name": "go", "arguments": "{}"}]

    message = whole_message(tool_calls=calls)
    streamed = [
        delta["tool_calls"][0] for delta in deltas(*chat(stream=True, tool_calls=calls)) if "tool_calls" in delta
    ]

    assert message["content"] is None
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == ['{"at":"me"}', "{}"]
    assert [(call["index"], call["id"]) for call in streamed] == [(0, "call_0"), (1, "call_1")]
    assert [call["function"] for call in streamed] == [call["function"] for call in message["tool_calls"]]


def test_pauses_are_in_seconds() -> None:
    given = chat(stream=True, latency=500, chunk_delay=20)[1]
    assert given.latency == 0.5
    assert {pause for pause, _ in given.pieces} == {0.02}
    assert chat(latency=500)[1].latency == 0.5


@given(st.integers(0, 6))
def test_a_stream_can_be_cut(cut: int) -> None:
    adapter, given = chat(stream=True, text="one two three", cut_after=cut)
    assert given.broken
    pieces = list(given.pieces)
    assert len(pieces) == cut
    for _, piece in pieces:
        adapter.feed(piece)
    with pytest.raises(TruncatedStream):
        adapter.finish()


@pytest.mark.parametrize(
    ("status", "kind"), [(429, ErrorKind.RATE_LIMIT), (500, ErrorKind.SERVER), (400, ErrorKind.BAD_REQUEST)]
)
def test_it_fails_when_asked_to(status: int, kind: ErrorKind) -> None:
    adapter, given = chat(status=status, retry_after=7, error_message="As you wish.")
    error = adapter.error(given.status, given.headers, body_of(given))
    assert (error.kind, error.status, error.retry_after, error.message) == (kind, status, 7, "As you wish.")


@pytest.mark.parametrize(
    "script",
    [
        {"unknown": 1}, {"latency": "1"}, {"latency": -1}, {"latency": 10**9}, {"latency": True}, {"status": 99},
        {"status": 600}, {"status": 500.5}, {"usage": 1}, {"text": 1}, {"text": None}, {"tool_calls": {}},
        {"cut_after": 1.5}, {"input_tokens": 1.5}, {"retry_after": []},
    ],
)  # fmt: skip
def test_a_bad_script_is_refused_and_named(script: dict[str, Any]) -> None:
    adapter, given = ask({"messages": MESSAGES, "sandbox": script})
    error = adapter.error(given.status, given.headers, body_of(given))
    assert (error.kind, error.status) == (ErrorKind.BAD_REQUEST, 400)
    assert f"sandbox.{next(iter(script))}" in error.message


@pytest.mark.parametrize("script", [None, {}, []])
def test_an_empty_script_asks_nothing(script: Any) -> None:
    assert ask({"messages": MESSAGES, "sandbox": script})[1].status == 200


@pytest.mark.parametrize(
    ("given", "count"), [("one", 1), (["one", "two"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2), ([], 1)]
)
def test_embeddings_are_one_an_input(given: Any, count: int) -> None:
    adapter, answered = ask({"input": given}, endpoint="embeddings")
    data = orjson.loads(adapter.parse(body_of(answered)).raw)["data"]
    assert [item["index"] for item in data] == list(range(count))
    assert all(len(item["embedding"]) == 64 and max(map(abs, item["embedding"])) <= 1 for item in data)


def test_embeddings_tell_inputs_apart_and_come_in_base64_too() -> None:
    adapter, answered = ask({"input": ["a", "b", "a"], "encoding_format": "base64"}, endpoint="embeddings")
    one, two, again = (item["embedding"] for item in orjson.loads(adapter.parse(body_of(answered)).raw)["data"])
    assert one == again != two
    assert isinstance(one, str)


def test_as_many_inputs_as_at_openai() -> None:
    assert ask({"input": ["x"] * MOST_INPUTS}, endpoint="embeddings")[1].status == 200
    assert ask({"input": ["x"] * (MOST_INPUTS + 1)}, endpoint="embeddings")[1].status == 400


# B24: a stream of a million words is made as it is read, not before
@pytest.mark.parametrize("text", ["word " * 1_000_000, " " * 5_000_000], ids=["words", "spaces"])
def test_a_long_answer_does_not_hold_up_others(text: str) -> None:
    chat(text="warm up")
    started = time.process_time()
    given = chat(stream=True, text=text)[1]
    first = next(iter(given.pieces))
    assert time.process_time() - started < 0.25
    assert b"assistant" in first[1]


@pytest.mark.parametrize(
    "messages", [[None], [7, "x"], [{"role": "user"}], [{"role": "user", "content": {"text": ["x"]}}], [[[]]]]
)
def test_odd_messages_are_answered_all_the_same(messages: list[Any]) -> None:
    assert whole_message(messages=messages)["content"].startswith("The sandbox heard")
