"""Streams in the Responses API's words: the SDK's helper puts them together again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import omit
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from billing.dataplane.usage import Usage
from routing.wire.contract import Json
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES
from routing.wire.failure import GatewayError
from routing.wire.responses import unseal
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.routing.providers.openai_responses.exchanges import ALL, name, told
from tests.routing.wire.dialects.openai_responses.answers import call_of, calls, events_again, streamed, texts
from tests.routing.wire.dialects.openai_responses.schemas import check_sdk, complaints, event_schemas, published

STREAMS = [one for one in ALL if one.is_event_stream]
SIGNED = {"extra_content": {"g": 1}}
_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


def put_together(events: list[Json]) -> Json:
    """What the SDK's `responses.stream` makes of them."""
    state: ResponseStreamState[Any] = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in events:
        check_sdk(event=event)
        state.handle_event(_EVENT.validate_python(event))
    response = state._completed_response
    return response.to_dict(mode="json") if response is not None else {}


def in_order(events: list[Json]) -> None:
    """The laws of these streams: numbered, begun before ended, each item's events between its own two."""
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1]["type"] in ("response.completed", "response.incomplete")
    open_items: dict[int, str] = {}
    done: list[int] = []
    for event in events[2:-1]:
        place = event["output_index"]
        if event["type"] == "response.output_item.added":
            assert place == len(open_items) + len(done)
            open_items[place] = event["item"]["id"]
        elif event["type"] == "response.output_item.done":
            assert open_items.pop(place) == event["item"]["id"]
            done.append(place)
        else:
            assert open_items[place] == event["item_id"]
    assert not open_items
    items = sorted((e for e in events if e["type"] == "response.output_item.done"), key=lambda e: e["output_index"])
    assert [event["item"] for event in items] == events[-1]["response"]["output"]


def test_text_calls_and_usage_survive_the_way_there_and_back() -> None:
    for recorded in STREAMS:
        events, final = events_again(recorded), told(recorded.body)[-1]["response"]
        in_order(events)
        again = put_together(events)
        assert (texts(again), calls(again)) == (texts(final), calls(final)), name(recorded)
        assert again["usage"]["total_tokens"] == final["usage"]["total_tokens"], name(recorded)


@published
def test_events_are_of_the_published_schemas() -> None:
    for recorded in STREAMS[::5]:  # it takes a while
        for event in events_again(recorded):
            assert complaints(event_schemas()[event["type"]], event) == [], name(recorded)


# B19
def test_interleaved_calls_stay_apart() -> None:
    def part(index: int, arguments: str, **fields: str) -> Json:
        function = {"arguments": arguments, **({"name": fields.pop("name")} if "name" in fields else {})}
        return {"tool_calls": [{"index": index, "function": function, **fields}]}

    events = streamed(
        {"content": "I look."}, part(0, "", id="a", name="look"), part(1, '{"b"', id="b", name="hear"), part(0, '{"a"'),
        part(1, ":2}"), part(0, ":1}"), finish="tool_calls",
    )  # fmt: skip
    in_order(events)
    assert calls(put_together(events)) == [("a", "look", '{"a":1}'), ("b", "hear", '{"b":2}')]


def test_a_call_whose_index_or_name_comes_late() -> None:
    events = streamed(
        {"tool_calls": [{"id": "a", "function": {"arguments": "{"}}]},
        {"tool_calls": [{"function": {"name": "look", "arguments": "}"}}]},
    )
    in_order(events)
    assert calls(events[-1]["response"]) == [("a", "look", "{}")]


# B39
def test_thoughts_are_items_of_their_own_and_keep_what_signs_them() -> None:
    events = streamed(
        {"reasoning_content": "Let me "}, {"reasoning_content": "see."},
        {"thinking_blocks": [{"type": "thinking", "signature": "sig"}]},
        {"content": "Yes."},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "look", "arguments": "{}"}, **SIGNED}]},
    )  # fmt: skip
    in_order(events)
    again = put_together(events)
    thoughts, message, call, extras = again["output"]
    assert thoughts["summary"] == [{"type": "summary_text", "text": "Let me see."}]
    block = {"type": "thinking", "signature": "sig", "thinking": "Let me see."}
    assert unseal(thoughts["encrypted_content"]) == {"blocks": [block], "calls": {}}
    assert (message["type"], call["type"]) == ("message", "function_call")
    assert unseal(extras["encrypted_content"]) == {"blocks": [], "calls": {"a": {"g": 1}}}


def test_a_custom_tool_s_text_is_told_when_it_is_whole() -> None:
    body: Json = {"input": "Hi", "tools": [{"type": "custom", "name": "run"}]}
    call = {"index": 0, "id": "a", "function": {"name": "run", "arguments": '{"input": '}}
    rest = {"index": 0, "function": {"arguments": '"1+1"}'}}
    events = streamed({"tool_calls": [call]}, {"tool_calls": [rest]}, body=body)
    in_order(events)
    [item] = put_together(events)["output"]
    assert (item["type"], item["input"]) == ("custom_tool_call", "1+1")
    assert [event["delta"] for event in events if event["type"].endswith("input.delta")] == ["1+1"]


def test_refusals_and_citations() -> None:
    cited = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}
    events = streamed({"content": "Yes"}, {"annotations": [cited]}, {"refusal": "No"})
    in_order(events)
    text, refusal = put_together(events)["output"][0]["content"]
    assert text["annotations"][0]["url"] == "https://a.example"
    assert refusal["refusal"] == "No"


@pytest.mark.parametrize(("finish", "event"), [("length", "response.incomplete"), ("stop", "response.completed")])
def test_why_it_ended(finish: str, event: str) -> None:
    last = streamed({"content": "Yes"}, finish=finish)[-1]
    assert last["type"] == event
    assert last["response"]["usage"]["input_tokens"] == 3


def test_an_empty_answer_is_a_whole_one() -> None:
    emitter = OPENAI_RESPONSES.emitter(call_of({"input": "Hi"}))
    events = told(emitter.finish(Usage()))
    in_order(events)
    assert put_together(events)["output"] == []


def test_an_error_ends_the_stream_in_words_that_the_sdk_knows() -> None:
    [event] = told(OPENAI_RESPONSES.stream_error(GatewayError(502, "server_error", "Oops"), "req_1"))
    check_sdk(event=event)
    assert (event["type"], event["code"], event["message"], event["error"]["request_id"]) == (
        "error", "server_error", "Oops", "req_1",
    )  # fmt: skip


# B7
@given(st.lists(st.fixed_dictionaries({}, optional={
    "content": ANYTHING, "reasoning_content": ANYTHING, "refusal": ANYTHING, "thinking_blocks": ANYTHING,
    "annotations": ANYTHING | st.lists(st.fixed_dictionaries({"url_citation": ANYTHING})),
    "tool_calls": ANYTHING | st.lists(st.fixed_dictionaries({}, optional={
        "index": ANYTHING, "id": ANYTHING, "extra_content": ANYTHING,
        "function": ANYTHING | st.fixed_dictionaries({}, optional={"name": ANYTHING, "arguments": ANYTHING})})),
}), max_size=5))  # fmt: skip
def test_odd_deltas_break_nothing(deltas: list[Json]) -> None:
    in_order(streamed(*deltas))
