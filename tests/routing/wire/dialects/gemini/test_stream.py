"""Streams in Google's words."""

from typing import Any

import orjson
from google.genai import types

from billing.dataplane.usage import Usage
from routing.wire.contract import Call, Json
from routing.wire.dialects.gemini import GEMINI, GEMINI_ARRAY
from routing.wire.sse import SseDecoder
from tests.routing.providers.gemini.exchanges import PROMPT
from tests.routing.providers.gemini.sdk import check_answer

USAGE = Usage(input_tokens=3, output_tokens=2, source="provider")


def chunk(finish: str | None = None, index: int = 0, **delta: Any) -> Json:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return {"id": "x", "model": "m", "choices": [choice]}


def written(*chunks: Json, dialect: str = "gemini") -> bytes:
    made = {"gemini": GEMINI, "gemini_array": GEMINI_ARRAY}[dialect]
    emitter = made.emitter(Call("chat", dialect, PROMPT, "route", stream=True))
    return b"".join(emitter.feed([one], USAGE) for one in chunks) + emitter.finish(USAGE)


def events(*chunks: Json) -> list[types.GenerateContentResponse]:
    return [check_answer(orjson.loads(data)) for data in SseDecoder().feed(written(*chunks))]


def parts(*chunks: Json) -> list[types.Part]:
    found = []
    for event in events(*chunks):
        content = (event.candidates or [types.Candidate()])[0].content
        found += (content.parts or []) if content else []
    return [part for part in found if part.text != "" or part.thought_signature]


def call(index: int, **function: str) -> Json:
    return {"index": index, "function": function, **({"id": f"c{index}"} if "name" in function else {})}


def test_texts_go_out_as_they_come_and_the_usage_at_the_end() -> None:
    first, second, last = events(
        chunk(role="assistant", content=""), chunk(content="He"), chunk(content="y"), chunk("stop")
    )
    assert (first.text, second.text) == ("He", "y")
    assert last.candidates is not None and last.candidates[0].finish_reason == types.FinishReason.STOP
    assert last.usage_metadata is not None and last.usage_metadata.total_token_count == 5
    assert (last.response_id, last.model_version) == ("x", "m")
    assert first.usage_metadata is None


# B19
def test_calls_go_out_whole() -> None:
    pieces = [
        chunk(tool_calls=[call(0, name="f", arguments="")]), chunk(tool_calls=[call(0, arguments='{"a"')]),
        chunk(tool_calls=[call(1, name="g", arguments="{}"), call(0, arguments=":1}")]), chunk("tool_calls"),
    ]  # fmt: skip
    calls = [part.function_call for part in parts(*pieces) if part.function_call]
    assert [(one.id, one.name, one.args) for one in calls] == [("c0", "f", {"a": 1}), ("c1", "g", {})]


# B39
def test_thoughts_are_said_once_though_their_block_says_them_again() -> None:
    block = {"index": 0, "type": "thinking", "thinking": "Hmm", "signature": "c2ln"}
    thoughts = parts(
        chunk(reasoning_content="H"), chunk(reasoning_content="mm"), chunk(thinking_blocks=[block]), chunk("stop")
    )
    assert "".join(part.text or "" for part in thoughts) == "Hmm"
    assert all(part.thought for part in thoughts)
    assert thoughts[-1].thought_signature


def test_several_choices() -> None:
    *_, last = events(chunk(content="A"), chunk(content="B", index=1), chunk("stop"), chunk("length", index=1))
    assert [(c.index, c.finish_reason) for c in last.candidates or []] == [
        (0, types.FinishReason.STOP), (1, types.FinishReason.MAX_TOKENS)
    ]  # fmt: skip


def test_sources_come_at_the_end() -> None:
    cited = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}
    *_, last = events(chunk(content="A"), chunk(annotations=[cited]), chunk("stop"))
    assert last.candidates is not None and last.candidates[0].grounding_metadata is not None


def test_without_sse_it_is_one_array() -> None:
    array = orjson.loads(written(chunk(content="A"), chunk("stop"), dialect="gemini_array"))
    assert [len(event["candidates"]) for event in array] == [1, 1]


def test_an_answer_of_nothing_is_one_event() -> None:
    assert len(events()) == 1
    assert len(orjson.loads(written(dialect="gemini_array"))) == 1


def test_junk_is_passed_over() -> None:
    odd: list[Any] = [
        {}, {"choices": 7}, {"choices": [7, {}]}, chunk(content=7, tool_calls=[7, {"index": "x"}]),
        {"choices": [{"index": None, "delta": None}]}, chunk(tool_calls=[{"function": 7}], annotations=[7]),
    ]  # fmt: skip
    assert events(*odd)
