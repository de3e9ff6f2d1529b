"""Cohere's streams: however their bytes are cut, the same events, the same usage; and nothing can break them."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.cohere.stream import _READERS
from routing.wire.contract import ErrorKind, Json, TruncatedStream, UpstreamError
from routing.wire.sse import encode
from tests.routing.providers.cohere.exchanges import adapter, event, everything, read, said, told
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

ALL = [one for one in everything("cohere.chat") if one.is_event_stream]
KEPT = [one for one in ALL if one.id in {kept.id for kept in cassettes.kept()}]
START = event("message-start", {"message": {"role": "assistant"}}, id="a")
BILLED = {"billed_units": {"input_tokens": 5, "output_tokens": 2}}


def text(words: str) -> bytes:
    return event("content-delta", {"message": {"content": {"text": words}}}, index=0)


def end(finish: str = "COMPLETE", **fields: object) -> bytes:
    return event("message-end", {"finish_reason": finish, "usage": BILLED, **fields})


# B21
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
@settings(max_examples=20)
@given(data=st.data())
def test_any_cut_gives_the_same_events_and_usage(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body])
    assert read(one_by_one(recorded.body)) == expected
    assert read(data.draw(pieces(recorded.body))) == expected
    assert expected[0][-1][2]


# B1, B21
@pytest.mark.parametrize("recorded", ALL, ids=lambda one: one.id)
def test_recorded_streams(recorded: Cassette) -> None:
    events, usage = read([recorded.body[i : i + 100] for i in range(0, len(recorded.body), 100)])
    recorded_events = told(recorded.body)
    ended = recorded_events[-1]["delta"]["usage"]["billed_units"]
    assert (usage.input_tokens, usage.output_tokens) == (ended["input_tokens"], ended["output_tokens"])
    words = [one["delta"]["message"]["content"]["text"] for one in recorded_events if one["type"] == "content-delta"]
    assert "".join(delta.get("content", "") for delta in said(events)) == "".join(words)


# B6
@pytest.mark.parametrize("recorded", KEPT, ids=lambda one: one.id)
def test_a_stream_cut_short_is_truncated(recorded: Cassette) -> None:
    for cut in range(0, recorded.body.rindex(b"message-end"), 211):
        with pytest.raises(TruncatedStream):
            read([recorded.body[:cut]])


def test_two_tools_thoughts_and_citations_have_their_places() -> None:
    def tool(name: str) -> bytes:
        call = {"id": f"id-{name}", "type": "function", "function": {"name": name, "arguments": ""}}
        begun = event("tool-call-start", {"message": {"tool_calls": call}}, index=0)
        return begun + event("tool-call-delta", {"message": {"tool_calls": {"function": {"arguments": "{}"}}}}, index=0)

    cited = {"start": 0, "end": 1, "sources": [{"document": {"url": "https://a.example", "title": "A"}}]}
    events, _ = read([
        START, event("tool-plan-delta", {"message": {"tool_plan": "I add."}}), tool("add"), tool("sub"),
        event("content-delta", {"message": {"content": {"thinking": "Hm."}}}),
        *[event("citation-start", {"message": {"citations": cited}})] * 2, end("TOOL_CALL"),
    ])  # fmt: skip
    deltas = said(events)
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    assert [(call["index"], call.get("id")) for call in calls] == [(0, "id-add"), (0, None), (1, "id-sub"), (1, None)]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == "I add.Hm."
    assert [delta["annotations"][0]["index"] for delta in deltas if "annotations" in delta] == [0, 1]
    assert events[-1][0][0][0]["finish_reason"] == "tool_calls"


def test_after_the_end_nothing_is_read() -> None:
    made = adapter()
    events = made.feed(START + text("Hi") + end() + b"data: [DONE]\n\n" + text("more"))
    assert [each.last for each in events] == [False, False, True]
    assert made.finish() == []


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (end("ERROR", error="Model crashed"), ErrorKind.SERVER),
        (end("TIMEOUT"), ErrorKind.TIMEOUT),
        (encode(b'{"message": "too many tokens"}'), ErrorKind.CONTEXT_LENGTH),
        (encode(b'{"error": {"message": "Slow down", "code": "429"}}'), ErrorKind.RATE_LIMIT),
    ],
)
def test_an_error_inside_a_stream_ends_it(bad: bytes, kind: ErrorKind) -> None:
    made = adapter()
    made.feed(START + bad + text("more") + end())
    assert made.failed is not None
    assert made.failed.kind is kind
    assert made.finish() == []


# B7
def test_a_malformed_event_is_passed_over() -> None:
    made = adapter()
    events = made.feed(START + text("Hel") + b"data: {\n\n" + b"data: [1]\n\n" + text("lo") + end())
    assert [choice["delta"].get("content") for each in events for c in each.chunks for choice in c["choices"]] == [
        "", "Hel", "lo", None,
    ]  # fmt: skip
    assert made.malformed == 2


# B7
@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from([*_READERS, "debug"])},
        optional={
            "delta": ANYTHING | st.dictionaries(st.sampled_from(["message", "usage", "finish_reason"]), ANYTHING),
            "id": ANYTHING,
            "logprobs": ANYTHING,
        },
    )
)
def test_whatever_comes_breaks_nothing(odd: Json) -> None:
    made = adapter()
    with suppress(UpstreamError):
        for each in made.feed(START + encode(orjson.dumps(odd)) + text("x") + end()):
            orjson.dumps(list(each.chunks))
    made.estimate()
