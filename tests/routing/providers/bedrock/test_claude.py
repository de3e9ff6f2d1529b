"""Callers of Anthropic's dialect reach Claude in their own words."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.dataplane.usage import usage_from_anthropic
from routing.providers.bedrock.adapter import BedrockMessagesAdapter
from routing.wire.aws_eventstream import EventStreamDecoder
from routing.wire.contract import Call, ErrorKind, Json, TruncatedStream, UpstreamError
from tests.routing.providers.bedrock.exchanges import CLAUDE, NOVA, everything, target
from tests.routing.providers.bedrock.test_response import ANYTHING
from tests.routing.wire.cuts import one_by_one, pieces
from tests.routing.wire.eventstream import event, exception
from tests.upstream.cassettes import Cassette

WHOLE = [one for one in everything("invoke") if one.json.get("type") == "message"]
STREAMS = [one for one in everything("invoke-stream") if "anthropic_version" in one.request]
BODY: Json = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


def made(body: Json = BODY, stream: bool = False, model: str = CLAUDE) -> BedrockMessagesAdapter:
    adapter = BedrockMessagesAdapter()
    adapter.build(Call("chat", "anthropic_messages", body, "m", stream), target(model))
    return adapter


def sent(body: Json, beta: str = "", **options: str) -> tuple[Json, dict[str, str], list[str]]:
    """The body, the headers and the warnings."""
    call = Call("chat", "anthropic_messages", body, "m", headers={"anthropic-beta": beta})
    outgoing = BedrockMessagesAdapter().build(call, target(**options))
    return orjson.loads(outgoing.body), dict(outgoing.headers), call.warnings


def read(parts: Iterable[bytes]) -> tuple[bytes, Any, bool, UpstreamError | None]:
    """What goes on to the caller, the usage, whether it was cut short, an error."""
    adapter, raw, truncated = made(stream=True), b"", False
    for part in parts:
        raw += b"".join(event.raw for event in adapter.feed(part))
    try:
        adapter.finish()
    except TruncatedStream:
        truncated = True
    return raw, adapter.usage, truncated, adapter.failed


def chunk(payload: Any) -> bytes:
    return event("chunk", {"bytes": b64encode(orjson.dumps(payload)).decode(), "p": "abc"})


def recorded_events(recorded: Cassette) -> list[Json]:
    payloads = [orjson.loads(message.payload) for message in EventStreamDecoder().feed(recorded.body)]
    events: list[Json] = [orjson.loads(b64decode(payload["bytes"])) for payload in payloads]
    for one in events:
        one.pop("amazon-bedrock-invocationMetrics", None)
    return events


# B40
def test_the_caller_s_fields_travel_on() -> None:
    own = {**BODY, "stream": False, "top_k": 4, "something_new": {"a": 1}}
    body, headers, warnings = sent(own)
    expected = {name: value for name, value in own.items() if name not in ("model", "stream")}
    assert body == {"anthropic_version": "bedrock-2023-05-31", **expected}
    assert (headers, warnings) == ({}, [])


def test_the_paths() -> None:
    for stream, path in ((False, "invoke"), (True, "invoke-with-response-stream")):
        outgoing = BedrockMessagesAdapter().build(Call("chat", "anthropic_messages", BODY, "m", stream), target())
        assert outgoing.path == f"/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/{path}"


def test_betas_that_bedrock_knows_go_into_the_body() -> None:
    body, _, warnings = sent(BODY, "claude-code-20250219, interleaved-thinking-2025-05-14")
    assert body["anthropic_beta"] == ["interleaved-thinking-2025-05-14"]
    assert warnings == ["The beta 'claude-code-20250219' was left out: Bedrock does not know it."]
    assert sent(BODY, "advanced-tool-use-2025-11-20")[0]["anthropic_beta"] == ["tool-search-tool-2025-10-19"]
    body, _, warnings = sent(BODY, "new-2027-01-01", anthropic_beta="new-2027-01-01")
    assert (body["anthropic_beta"], warnings) == (["new-2027-01-01"], [])


def test_what_bedrock_lacks_is_told_or_refused() -> None:
    body, _, warnings = sent({**BODY, "service_tier": "auto", "mcp_servers": [{"url": "x"}]})
    assert body.keys() == {"anthropic_version", "max_tokens", "messages"}
    assert len(warnings) == 1
    with pytest.raises(UpstreamError) as caught:
        sent({**BODY, "tools": [{"name": "a", "input_schema": {}}, {"type": "web_search_20250305"}]})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "tools[1]")
    image = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    with pytest.raises(UpstreamError) as caught:
        sent({**BODY, "messages": [{"role": "user", "content": [image]}]})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "messages[0].content")


def test_the_administrator_s_guardrail() -> None:
    _, headers, _ = sent(BODY, guardrail="abc@3")
    assert headers == {"X-Amzn-Bedrock-GuardrailIdentifier": "abc", "X-Amzn-Bedrock-GuardrailVersion": "3"}


def test_other_models_are_spoken_to_in_converse() -> None:
    call = Call("chat", "anthropic_messages", BODY, "m")
    adapter = BedrockMessagesAdapter()
    assert adapter.build(call, target(NOVA)).path.endswith("/converse")
    assert adapter.dialect == "bedrock_converse"
    assert made().dialect == "anthropic_messages"


@pytest.mark.parametrize("recorded", WHOLE, ids=lambda one: one.id)
def test_a_recorded_answer_goes_on_as_it_is(recorded: Cassette) -> None:
    adapter = made()
    answer = adapter.parse(recorded.body)
    assert (answer.raw, answer.chat) == (recorded.body, None)
    assert adapter.usage == usage_from_anthropic(recorded.usage)


@pytest.mark.parametrize("recorded", STREAMS, ids=lambda one: one.id)
def test_a_recorded_stream_goes_on_as_anthropic_s_own(recorded: Cassette) -> None:
    expected = recorded_events(recorded)

    raw, usage, truncated, failed = read([recorded.body])

    assert (truncated, failed) == (False, None)
    lines = raw.decode().split("\n\n")[:-1]
    assert [orjson.loads(line.partition("data: ")[2]) for line in lines] == expected
    assert [line.partition("\n")[0] for line in lines] == [f"event: {one['type']}" for one in expected]
    counts: Json = {}
    for one in expected:
        counts |= one.get("message", {}).get("usage", {}) | one.get("usage", {})
    assert usage == usage_from_anthropic(counts)


# B21
@pytest.mark.parametrize("recorded", STREAMS[:3], ids=lambda one: one.id)
@settings(max_examples=15)
@given(data=st.data())
def test_any_cut_gives_the_same_stream(recorded: Cassette, data: st.DataObject) -> None:
    expected = read([recorded.body])
    assert read(data.draw(pieces(recorded.body))) == expected
    assert read(one_by_one(recorded.body)) == expected
    end = data.draw(st.integers(0, len(recorded.body) - 1))  # B6
    assert read([recorded.body[:end]])[2]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (exception("throttlingException", {"message": "Slow down"}), ErrorKind.RATE_LIMIT),
        (chunk({"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}), ErrorKind.OVERLOADED),
        (b"<html>", None),
    ],
)
def test_errors_inside_a_stream(body: bytes, kind: ErrorKind | None) -> None:
    _, _, truncated, failed = read([chunk({"type": "message_start", "message": {}}), body])
    assert truncated == (kind is None)
    assert (failed.kind if failed else None) is kind


@given(st.lists(ANYTHING | st.fixed_dictionaries({"type": ANYTHING, "usage": ANYTHING, "delta": ANYTHING}), max_size=4))
def test_odd_events_break_nothing(odd: list[Any]) -> None:
    read([chunk(one) for one in odd] + [event("chunk", one) for one in odd])


def test_what_is_no_answer_is_an_error() -> None:
    for body in (b"", b"[]", b"{}", b'{"content": 1}'):
        with pytest.raises(UpstreamError):
            made().parse(body)


def test_claude_code_s_note_to_anthropic_s_billing_stays_here() -> None:
    """Bedrock refuses a system prompt with it. https://github.com/anthropics/claude-code/issues/24168"""
    note, rules = "x-anthropic-billing-header: cc_version=2.1.177.01c; cch=36ee5;", {"type": "text", "text": "Rules."}
    assert sent({**BODY, "system": [{"type": "text", "text": note}, rules]})[0]["system"] == [rules]
    assert sent({**BODY, "system": f"{note}\nRules."})[0]["system"] == "Rules."
