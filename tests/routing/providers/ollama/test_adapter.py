"""Ollama's chats: requests in its words, answers and streams in ours."""

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.providers.ollama.adapter import OllamaAdapter
from routing.wire.contract import Call, ErrorKind, Json, TruncatedStream, UpstreamError
from routing.wire.dialects.openai_completions import OPENAI_COMPLETIONS
from tests.routing.providers.ollama.exchanges import (
    STREAMS,
    TARGET,
    USER,
    WHOLE,
    adapter,
    end,
    line,
    read,
    text,
)
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream.cassettes import Cassette

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def asked(**fields: Any) -> tuple[Json, list[str]]:
    call = Call("chat", "openai_chat", {"model": "m", "messages": [USER], **fields}, "m")
    outgoing = OllamaAdapter().build(call, TARGET)
    assert outgoing.path == "/chat"
    body: Json = orjson.loads(outgoing.body)
    return body, call.warnings


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_tokens": 9, "stop": "x"}, {"options": {"num_predict": 9, "stop": ["x"]}}),
        (
            {"temperature": 0, "top_p": 1, "top_k": 2, "seed": 0},
            {"options": {"temperature": 0, "top_p": 1, "top_k": 2, "seed": 0}},
        ),
        (
            {"options": {"num_ctx": 8192, "temperature": 1}, "temperature": 0},
            {"options": {"num_ctx": 8192, "temperature": 0}},
        ),
        ({"keep_alive": 0}, {"keep_alive": 0}),
        ({"response_format": {"type": "json_object"}}, {"format": "json"}),
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}, {"format": SCHEMA}),
        ({"reasoning_effort": "none"}, {"think": False}),
        ({"reasoning_effort": "minimal"}, {"think": "low"}),
        ({"reasoning_effort": "xhigh"}, {"think": "high"}),
        ({"thinking": {"type": "adaptive"}}, {"think": True}),
        ({"thinking": {"type": "disabled"}}, {"think": False}),
        ({"tools": [TOOL], "tool_choice": "auto"}, {"tools": [TOOL]}),
        ({"tools": [TOOL], "tool_choice": "none"}, {}),
        ({"functions": [TOOL["function"]]}, {"tools": [TOOL]}),
    ],
)
def test_fields_have_ollama_s_names(fields: Json, expected: Json) -> None:
    body, warnings = asked(**fields)
    assert body == {"model": "llama3", "stream": False, "messages": [USER], **expected}
    assert warnings == []


# B40
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice"),
        ({"tools": [{"type": "native", "dialect": "gemini", "tool": {}}]}, "tools"),
        ({"logit_bias": {"1": 1}}, "logit_bias"),
        ({"messages": [{"role": "tool", "tool_call_id": "a", "content": "x", "is_error": True}]}, "failed"),
        ({"messages": [{**USER, "content": [{"type": "native", "dialect": "gemini", "block": {}}]}]}, "gemini"),
    ],
)
def test_what_ollama_does_not_know_is_told(fields: Json, word: str) -> None:
    [warning] = asked(**fields)[1]
    assert word in warning


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a"}}]}]},
            "messages",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "a", "arguments": "{"}}]}]},
            "messages",
        ),
    ],
)
def test_what_would_be_lost_is_refused(fields: Json, param: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        asked(**fields)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, param)


def test_messages() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    body, _ = asked(
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "See"}, PICTURE]},
            {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "2"},
        ]
    )
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "See", "images": ["AAAA"]},
        {
            "role": "assistant", "content": "", "thinking": "Hm.",
            "tool_calls": [{"id": "c1", "function": {"name": "add", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "2", "tool_name": "add", "tool_call_id": "c1"},
    ]  # fmt: skip


def test_a_prompt_is_continued() -> None:
    call = Call("chat", "openai_completions", {"model": "m", "prompt": "Once", "max_tokens": 5}, "m")
    call.to_chat = OPENAI_COMPLETIONS.to_chat
    made = OllamaAdapter()
    outgoing = made.build(call, TARGET)
    assert outgoing.path == "/generate"
    assert orjson.loads(outgoing.body) == {
        "model": "llama3", "stream": False, "prompt": "Once", "options": {"num_predict": 5},
    }  # fmt: skip
    chat = made.parse(line(response=" upon", done=True, done_reason="length", prompt_eval_count=1, eval_count=5)).chat
    assert chat is not None
    assert (chat["choices"][0]["message"]["content"], chat["choices"][0]["finish_reason"]) == (" upon", "length")


# B1
@pytest.mark.parametrize("recorded", WHOLE, ids=lambda one: one.id)
def test_recorded_answers(recorded: Cassette) -> None:
    made = adapter(stream=False)
    chat = made.parse(recorded.body).chat
    assert chat is not None
    [choice], theirs = chat["choices"], recorded.json["message"]
    assert choice["message"]["content"] == (theirs["content"] or (None if "tool_calls" in theirs else ""))
    assert choice["message"].get("reasoning_content") == theirs.get("thinking")
    calls = choice["message"].get("tool_calls", [])
    assert [orjson.loads(call["function"]["arguments"]) for call in calls] == [
        call["function"]["arguments"] for call in theirs.get("tool_calls", [])
    ]
    assert choice["finish_reason"] == ("tool_calls" if calls else "stop")
    counts = (recorded.json["prompt_eval_count"], recorded.json["eval_count"])
    assert (made.usage.input_tokens, made.usage.output_tokens) == counts


# B21
@pytest.mark.parametrize("recorded", STREAMS, ids=lambda one: one.id)
@settings(max_examples=15)
@given(data=st.data())
def test_any_cut_gives_the_same_events_and_usage(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body])
    assert read(one_by_one(recorded.body)) == expected
    assert read(data.draw(pieces(recorded.body))) == expected
    assert expected[0][-1][2]


# B6
@pytest.mark.parametrize("recorded", STREAMS, ids=lambda one: one.id)
def test_a_stream_cut_short_is_truncated(recorded: Cassette) -> None:
    for cut in range(0, recorded.body.rindex(b'"done":true'), 211):
        with pytest.raises(TruncatedStream):
            read([recorded.body[:cut]])


def test_a_stream_of_tools_and_thoughts() -> None:
    call = {"function": {"name": "add", "arguments": {"a": 1}}}
    events, usage = read(
        [
            line(message={"thinking": "Hm."}),
            line(message={"tool_calls": [call]}),
            line(message={"tool_calls": [call]}),
            end(),
        ]
    )
    deltas = [choices[0]["delta"] for chunks, _, _ in events for choices in chunks]
    assert deltas[0] == {"role": "assistant", "content": "", "reasoning_content": "Hm."}
    calls = [made for delta in deltas for made in delta.get("tool_calls", ())]
    assert [made["index"] for made in calls] == [0, 1]
    assert calls[0]["id"] != calls[1]["id"]
    assert calls[0]["function"] == {"name": "add", "arguments": '{"a":1}'}
    assert events[-1][0][-1][0]["finish_reason"] == "tool_calls"
    assert usage == Usage(7, output_tokens=2, source="provider")


def test_a_prompt_that_was_in_the_cache_is_estimated() -> None:
    _, usage = read([text("Hi"), end(prompt_eval_count=None)])
    assert (usage.source, usage.output_tokens) == ("estimate", 2)
    assert usage.input_tokens > 0


def test_an_error_inside_a_stream_ends_it() -> None:
    made = adapter()
    made.feed(text("Hi") + b'{"error": "an error was encountered while running the model"}\n' + text("more") + end())
    assert made.failed is not None
    assert "running the model" in made.failed.message
    assert made.finish() == []


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (404, "model 'x' not found", ErrorKind.NOT_FOUND),
        (400, "invalid options", ErrorKind.BAD_REQUEST),
        (500, "llama runner process has terminated", ErrorKind.SERVER),
    ],
)
def test_errors(status: int, message: str, kind: ErrorKind) -> None:
    error = adapter().error(status, {}, orjson.dumps({"error": message}))
    assert (error.kind, error.message) == (kind, message)


# B7
def test_a_malformed_line_is_passed_over() -> None:
    made = adapter()
    events = made.feed(text("Hel") + b"{\n\n[1]\n{}\n" + text("lo") + end())
    assert "".join(c["choices"][0]["delta"].get("content", "") for each in events for c in each.chunks) == "Hello"
    assert made.malformed == 3


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"message": 1}', b'{"error": "no"}'])
def test_what_is_no_answer_is_the_provider_s_failure(body: bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        adapter(stream=False).parse(body)
    assert caught.value.kind is ErrorKind.SERVER


# B7
@given(
    st.dictionaries(
        st.sampled_from(
            ["message", "response", "done", "error", "prompt_eval_count", "eval_count", "created_at", "thinking"]
        ),
        ANYTHING | st.dictionaries(st.sampled_from(["content", "thinking", "tool_calls"]), ANYTHING),
    )
)
def test_whatever_comes_breaks_nothing(odd: Json) -> None:
    made = adapter()
    for each in made.feed(orjson.dumps(odd) + b"\n" + end()):
        orjson.dumps(list(each.chunks))
    with suppress(UpstreamError):
        adapter(stream=False).parse(orjson.dumps(odd))
