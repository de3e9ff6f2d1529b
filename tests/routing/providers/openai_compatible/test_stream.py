"""Recorded streams: any cut of their bytes gives the same events and the same usage."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import Usage, usage_from_openai
from routing.wire.contract import ErrorKind
from routing.wire.sse import encode
from routing.wire.tokens import COUNTED_CHARS
from tests.routing.providers.openai_compatible.exchanges import UNMARKED, adapter, everything, name, read
from tests.routing.wire.cuts import one_by_one, pieces
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

KEPT = [one for one in cassettes.kept() if one.is_event_stream and one.endpoint == "chat.completions"]
ALL = [one for one in everything() if one.is_event_stream and one.endpoint == "chat.completions" and one.body]
BROKEN = [one for one in ALL if "midstream_error" in one.features]
MARKED = [one for one in ALL if one.provider not in UNMARKED and one not in BROKEN]
DONE = b"data: [DONE]\n\n"
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def chunk(*choices: Any, **fields: Any) -> bytes:
    return encode(orjson.dumps({"choices": list(choices), **fields}))


def text(content: str) -> bytes:
    return chunk({"index": 0, "delta": {"content": content}, "finish_reason": None})


# B21
@pytest.mark.parametrize("recorded", KEPT, ids=name)
@settings(max_examples=25)
@given(data=st.data())
def test_any_cut_gives_the_same_events_and_usage(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body], recorded.request)

    assert not expected.truncated
    assert read(data.draw(pieces(recorded.body)), recorded.request) == expected


# B21
@pytest.mark.parametrize("recorded", KEPT, ids=name)
def test_byte_by_byte_and_with_other_line_ends_too(recorded: Cassette) -> None:
    expected = read([recorded.body], recorded.request)
    unix = recorded.body.replace(b"\r\n", b"\n")

    assert read(one_by_one(recorded.body), recorded.request) == expected
    for line_break in (b"\r\n", b"\r"):
        assert read([unix.replace(b"\n", line_break)], recorded.request) == expected


# B21: the whole collection, in a few cuts each
def test_the_whole_collection_reads_the_same_in_any_pieces() -> None:
    for recorded in MARKED:
        expected = read([recorded.body], recorded.request)
        assert not expected.truncated, name(recorded)
        assert expected.malformed == 0, name(recorded)
        for size in (7, 1000, 1460):
            cut = [recorded.body[i : i + size] for i in range(0, len(recorded.body), size)]
            assert read(cut, recorded.request) == expected, name(recorded)


def test_what_goes_on_is_what_came() -> None:
    for recorded in MARKED:
        sent_on = read([recorded.body], recorded.request).events
        assert [raw for raw, *_ in sent_on] == [encode(data) for data in data_of(recorded)], name(recorded)
        assert [last for *_, last in sent_on] == [False] * (len(sent_on) - 1) + [True], name(recorded)


def data_of(recorded: Cassette) -> list[bytes]:
    """The data of each event, up to the terminal marker."""
    data = [line.removeprefix(b"data:").strip() for line in recorded.body.splitlines() if line.startswith(b"data:")]
    return data[: data.index(b"[DONE]") + 1] if b"[DONE]" in data else data


# B1: also where a provider counts reasoning beside the output
def test_usage_equals_what_was_recorded() -> None:
    checked = 0
    for recorded in MARKED:
        asked = (recorded.request.get("stream_options") or {}).get("include_usage")
        if recorded.usage is None or not asked:
            continue  # the gateway always asks
        assert read([recorded.body], recorded.request).usage == usage_from_openai(recorded.usage), name(recorded)
        checked += 1
    assert checked >= 7


def test_recorded_streams_bring_content_before_their_end() -> None:
    for recorded in MARKED:
        contents = [content for _, content, _, _ in read([recorded.body], recorded.request).events]
        assert any(contents[:-1]), name(recorded)


# B6
@pytest.mark.parametrize("recorded", KEPT, ids=name)
@settings(max_examples=25)
@given(data=st.data())
def test_a_stream_cut_short_is_truncated(recorded: Cassette, data: st.DataObject) -> None:
    end = recorded.body.rindex(b"[DONE]") + len(b"[DONE]") - 1
    cut = data.draw(st.integers(0, end))

    reading = read([recorded.body[:cut]], recorded.request)

    assert reading.truncated
    assert not any(last for *_, last in reading.events)


def test_the_last_event_may_lack_its_blank_line() -> None:
    for ending in (b"data: [DONE]", b"data: [DONE]\n", b"data:[DONE]\r\n"):
        reading = read([text("Hi"), ending])
        assert (reading.truncated, reading.raw) == (False, text("Hi") + DONE)


# B7: one malformed event does not kill a stream
@given(st.binary(max_size=30).filter(lambda junk: not set(junk) & set(b"\n\r{")), st.data())
def test_a_malformed_event_is_passed_over(junk: bytes, data: st.DataObject) -> None:
    payload = junk.removeprefix(b" ")
    if payload.strip() == b"[DONE]" or is_object(payload):
        return
    stream = text("Hel") + b"data:" + junk + b"\n\n" + text("lo") + DONE

    reading = read(data.draw(pieces(stream)))

    assert (reading.raw, reading.malformed) == (text("Hel") + text("lo") + DONE, 1)


def is_object(payload: bytes) -> bool:
    try:
        return isinstance(orjson.loads(payload), dict)
    except orjson.JSONDecodeError:
        return False


# B7: whatever an object holds, it breaks nothing
@settings(max_examples=300)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "choices": ANYTHING | st.lists(ANYTHING | st.fixed_dictionaries({}, optional={
                "delta": ANYTHING | st.fixed_dictionaries({}, optional={
                    "content": ANYTHING, "tool_calls": ANYTHING | st.lists(st.fixed_dictionaries({}, optional={
                        "function": ANYTHING | st.fixed_dictionaries({"name": ANYTHING, "arguments": ANYTHING})}))}),
                "finish_reason": ANYTHING})),
            "usage": ANYTHING | st.fixed_dictionaries({"prompt_tokens": ANYTHING, "total_tokens": ANYTHING}),
            "object": ANYTHING,
        },
    )
)  # fmt: skip
def test_odd_chunks_travel_on(body: dict[str, Any]) -> None:
    odd = encode(orjson.dumps(body))
    reading = read([odd + text("ok") + DONE])
    assert reading.raw == odd + text("ok") + DONE
    assert reading.malformed == 0


@pytest.mark.parametrize(
    ("event", "kind", "message"),
    [
        ({"error": {"message": "Overloaded", "type": "overloaded_error"}}, ErrorKind.OVERLOADED, "Overloaded"),
        ({"error": "out of memory"}, ErrorKind.SERVER, "out of memory"),
        # OpenRouter: beside a last choice. https://openrouter.ai/docs/api/reference/streaming
        (
            {
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            },
            ErrorKind.SERVER,
            "Provider disconnected",
        ),
        # vLLM before 0.10: bare.
        (
            {"object": "error", "message": "context length exceeded", "type": "BadRequestError", "code": 400},
            ErrorKind.CONTEXT_LENGTH,
            "context length exceeded",
        ),
    ],
    ids=["openai", "text", "openrouter", "vllm"],
)
def test_an_error_in_the_stream_ends_it(event: dict[str, Any], kind: ErrorKind, message: str) -> None:
    made = adapter({"messages": []})

    events = made.feed(text("Hel") + encode(orjson.dumps(event)) + text("lo") + DONE)

    assert [event.raw for event in events] == [text("Hel")]
    assert made.failed is not None
    assert (made.failed.kind, made.failed.message) == (kind, message)
    assert made.feed(text("more")) == [] == made.finish()


@pytest.mark.skipif(not BROKEN, reason="the collection is not beside the repository")
def test_recorded_errors_end_their_streams() -> None:
    for recorded in BROKEN:
        reading = read([recorded.body], recorded.request)
        assert reading.error, name(recorded)
        assert reading.error in orjson.loads(data_of(recorded)[-1])["error"]["message"]
        assert not reading.truncated


def test_an_error_that_is_null_is_none() -> None:
    body = chunk({"delta": {"content": "Hi"}}, error=None)
    assert read([body + DONE]).raw == body + DONE


def test_nothing_after_the_end_counts() -> None:
    usage = chunk(usage={"prompt_tokens": 9, "completion_tokens": 9})
    reading = read([text("Hi") + DONE + text("more") + usage])
    assert (reading.raw, reading.usage) == (text("Hi") + DONE, Usage())


def test_data_of_several_lines_goes_on_as_several_lines() -> None:
    pretty = orjson.dumps({"choices": [{"delta": {"content": "Hi"}}]}, option=orjson.OPT_INDENT_2)
    sent = b"".join(b"data: " + line + b"\n" for line in pretty.split(b"\n")) + b"\n"
    assert read([sent + DONE]).raw == sent + DONE


@pytest.mark.parametrize(
    ("delta", "content"),
    [
        ({"role": "assistant", "content": ""}, False),
        ({"role": "assistant", "content": None, "tool_calls": None, "refusal": None}, False),
        ({}, False),
        ({"content": "x"}, True),
        ({"reasoning_content": "hm"}, True),
        ({"reasoning": "hm"}, True),
        ({"refusal": "no"}, True),
        ({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}]}, True),
        ({"audio": {"id": "a"}}, True),
    ],
)
def test_content_is_what_belongs_to_the_answer(delta: dict[str, Any], content: bool) -> None:
    [event] = adapter({"messages": []}).feed(chunk({"index": 0, "delta": delta, "finish_reason": None}))
    assert event.content is content


def test_an_end_without_text_is_content() -> None:
    [event] = adapter({"messages": []}).feed(chunk({"index": 0, "delta": {}, "finish_reason": "stop"}))
    assert event.content


def test_any_of_several_choices_counts() -> None:
    silent, speaking = ({"index": i, "delta": {"content": content}} for i, content in enumerate(["", "x"]))
    [event] = adapter({"messages": []}).feed(chunk(silent, speaking))
    assert event.content


def test_only_the_chunk_that_holds_nothing_but_usage_is_marked() -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    made = adapter({"messages": []})
    filters, beside, alone = made.feed(
        chunk(prompt_filter_results=[])  # Azure's first
        + chunk({"delta": {"content": "x"}}, usage=usage)
        + chunk(usage=usage)
    )
    assert [filters.usage_only, beside.usage_only, alone.usage_only] == [False, False, True]


def test_the_last_usage_holds() -> None:
    usages = [{"prompt_tokens": 3, "completion_tokens": count} for count in (1, 2, 7)]
    reading = read([*(chunk({"delta": {"content": "x"}}, usage=usage) for usage in usages), DONE])
    assert reading.usage.output_tokens == 7


# A stream's text is kept only as far as it is counted
def test_a_long_stream_takes_bounded_memory_and_is_still_estimated() -> None:
    made = adapter({"messages": [{"role": "user", "content": "Go on."}]})
    for _ in range(20_000):
        made.feed(text("word "))

    assert sum(map(len, made.texts)) <= COUNTED_CHARS * len("word ")
    made.estimate()
    assert (made.usage.source, made.usage.input_tokens) == ("estimate", 3)
    assert made.usage.output_tokens == pytest.approx(20_000, rel=0.01)


def test_an_estimate_counts_all_that_the_model_wrote() -> None:
    call = {"index": 0, "function": {"name": "look", "arguments": '{"at": "me"}'}}
    made = adapter({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello there"}]}]})
    made.feed(text("Hello ") + chunk({"delta": {"reasoning_content": "let me think "}}))
    made.feed(chunk({"delta": {"tool_calls": [call]}}))
    made.estimate()
    assert made.usage.input_tokens == 2
    assert 8 <= made.usage.output_tokens <= 14
