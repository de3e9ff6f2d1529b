"""Anthropic's own SDK works through the gateway: before Anthropic, and before providers that speak otherwise."""

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import pytest
from anthropic.types import Message, MessageParam, ToolParam

from tests.routing.wire.dialects.anthropic_messages.sdk import streamed
from tests.tenant import UPSTREAM_KEY, Tenant
from tests.upstream import cassettes, messages, replies
from tests.upstream.cassettes import Cassette
from tests.upstream.handle import SiteHandle, Upstream

KEPT = [one for one in cassettes.kept() if one.provider == "anthropic" and one.status == 200]
WHOLE = [one for one in KEPT if not one.is_event_stream]
STREAMED = [one for one in KEPT if one.is_event_stream]
HELLO: list[MessageParam] = [{"role": "user", "content": "Say hello."}]
WEATHER: ToolParam = {
    "name": "weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
# Who answers, with a recorded answer that calls tools.
CALLING = [
    ("anthropic", "61ad57c646db"), ("openai_compatible", "38c15d83db02"), ("gemini", "585e78b45315"),
    ("bedrock", "f2ef7eced6f0"),
]  # fmt: skip


@pytest.fixture
def sdk(tenant: Tenant) -> Iterator[anthropic.Anthropic]:
    """Anthropic's client with the gateway's address and key, without its own retries."""
    with anthropic.Anthropic(base_url=tenant.gateway.url, api_key=tenant.secret, max_retries=0) as client:
        yield client


def claude(tenant: Tenant, site: SiteHandle) -> str:
    return tenant.route_as("anthropic", site, "claude-sonnet-4-5")


def ask(route: str, **fields: Any) -> dict[str, Any]:
    return {"model": route, "max_tokens": 100, "messages": HELLO, **fields}


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


@pytest.mark.parametrize("recorded", WHOLE, ids=lambda one: one.id)
def test_a_whole_answer_arrives_as_it_was_sent(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic, recorded: Cassette
) -> None:
    site = upstream.site(f"cassette-{recorded.id}")

    answer = sdk.messages.create(**ask(claude(tenant, site)))

    assert answer.content == Message.construct(**recorded.json).content
    assert (answer.id, answer.stop_reason) == (recorded.json["id"], recorded.json["stop_reason"])
    assert answer.usage.output_tokens == recorded.json["usage"]["output_tokens"]
    [asked] = site.requests
    assert asked["path"].endswith("/v1/messages")
    assert asked["headers"]["x-api-key"] == UPSTREAM_KEY
    assert (
        asked["headers"]["anthropic-version"] == anthropic.Anthropic(api_key="k").default_headers["anthropic-version"]
    )
    assert tenant.secret not in str(asked)


# B20
@pytest.mark.parametrize("recorded", STREAMED, ids=lambda one: one.id)
def test_a_stream_arrives_as_it_was_sent(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic, recorded: Cassette
) -> None:
    route = claude(tenant, upstream.site(f"cassette-{recorded.id}"))

    with sdk.messages.stream(**ask(route)) as stream:
        events = list(stream)
        final = stream.get_final_message()

    expected, told = streamed(recorded.body)
    assert final == expected
    assert [event.type for event in events] == [event.type for event in told]


def test_the_words_of_a_stream_as_they_come(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    for route in [claude(tenant, upstream.site("ok")), tenant.route(upstream.site("ok"))]:
        with sdk.messages.stream(**ask(route)) as stream:
            assert tuple(stream.text_stream) == replies.WORDS
            final = stream.get_final_message()
        assert (text_of(final), final.stop_reason) == (replies.TEXT, "end_turn")


# B8
def test_every_class_of_tokens_is_told_and_billed(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    answer = sdk.messages.create(**ask(claude(tenant, upstream.site("ok"))))

    usage = answer.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (300, 300, 100)
    assert usage.cache_creation and usage.cache_creation.ephemeral_1h_input_tokens == 40
    [row] = tenant.rows()
    assert (row.input_tokens, row.cached_input_tokens, row.cache_write_tokens, row.output_tokens) == (
        700,
        300,
        100,
        200,
    )
    assert (row.endpoint, row.outcome) == ("messages", "ok")


def test_another_provider_s_tokens_in_anthropic_s_classes(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic
) -> None:
    route = tenant.route(upstream.site("ok"))

    whole = sdk.messages.create(**ask(route)).usage
    with sdk.messages.stream(**ask(route)) as stream:
        final = stream.get_final_message().usage

    for usage in (whole, final):
        assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (700, 300, 200)


# B19, B20
@pytest.mark.parametrize(("kind", "recorded"), CALLING)
def test_tools_are_called_in_a_stream_and_answered(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic, kind: str, recorded: str
) -> None:
    site = upstream.site(f"turns-{recorded}.{recorded}")
    route = tenant.route_as(kind, site, "us.amazon.nova-2-lite-v1:0" if kind == "bedrock" else "model")

    with sdk.messages.stream(**ask(route, tools=[WEATHER])) as stream:
        partial = "".join(event.partial_json for event in stream if event.type == "input_json")
        first = stream.get_final_message()
    calls = [block for block in first.content if block.type == "tool_use"]
    results: Any = [{"type": "tool_result", "tool_use_id": call.id, "content": "12 °C"} for call in calls]
    history: list[MessageParam] = [
        *HELLO, {"role": "assistant", "content": first.content}, {"role": "user", "content": results},
    ]  # fmt: skip
    with sdk.messages.stream(**ask(route, tools=[WEATHER], messages=history)) as stream:
        stream.until_done()

    assert first.stop_reason == "tool_use"
    assert calls and all(call.name and isinstance(call.input, dict) for call in calls)
    assert partial
    sent = str(site.requests[1]["body"])
    assert "12 °C" in sent and calls[0].name in sent


# B39
def test_thoughts_with_signatures_go_back_unchanged(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic
) -> None:
    site = upstream.site("turns-382209ed592f.382209ed592f")
    route = claude(tenant, site)
    thinking: Any = {"type": "enabled", "budget_tokens": 1024}

    with sdk.messages.stream(**ask(route, thinking=thinking, max_tokens=2000)) as stream:
        first = stream.get_final_message()
    history = [*HELLO, {"role": "assistant", "content": first.content}, *HELLO]
    sdk.messages.create(**ask(route, messages=history, thinking=thinking, max_tokens=2000, stream=True)).close()

    thought = first.content[0]
    assert thought.type == "thinking" and thought.signature
    sent = site.requests[1]["body"]["messages"][1]["content"][0]
    assert sent == {"type": "thinking", "thinking": thought.thinking, "signature": thought.signature}


# B39
def test_google_s_signatures_go_back_to_google(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    recorded = cassettes.load("24ae00a9219e")
    site = upstream.site("turns-24ae00a9219e.24ae00a9219e")
    route = tenant.route_as("gemini", site, "gemini-3-pro-preview")
    signatures = [
        part["thoughtSignature"]
        for event in recorded.json_events
        for part in event["candidates"][0]["content"].get("parts", [])
        if "thoughtSignature" in part
    ]

    with sdk.messages.stream(**ask(route, tools=[WEATHER])) as stream:
        first = stream.get_final_message()
    [call] = [block for block in first.content if block.type == "tool_use"]
    result: Any = [{"type": "tool_result", "tool_use_id": call.id, "content": ""}]
    history = [*HELLO, {"role": "assistant", "content": first.content}, {"role": "user", "content": result}]
    with sdk.messages.stream(**ask(route, tools=[WEATHER], messages=history)) as stream:
        stream.until_done()

    said = next(turn for turn in site.requests[1]["body"]["contents"] if turn["role"] == "model")
    assert signatures
    assert [part["thoughtSignature"] for part in said["parts"] if "thoughtSignature" in part] == signatures


# B23
def test_cache_marks_reach_those_who_know_them(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    marked: Any = [{"type": "text", "text": "Rules.", "cache_control": {"type": "ephemeral"}}]
    anthropic_s, aws_s = upstream.site("ok"), upstream.site("cassette-62529179f97c")
    claudes, nova = claude(tenant, anthropic_s), tenant.route_as("bedrock", aws_s, "us.amazon.nova-2-lite-v1:0")
    openai_s = tenant.route(upstream.site("ok"))

    sdk.messages.create(**ask(claudes, system=marked))
    sdk.messages.create(**ask(nova, system=marked))
    told = sdk.messages.with_raw_response.create(**ask(openai_s, system=marked))

    assert anthropic_s.requests[0]["body"]["system"] == marked
    assert aws_s.requests[0]["body"]["system"] == [{"text": "Rules."}, {"cachePoint": {"type": "default"}}]
    assert "cache_control" in told.headers["x-gateway-warning"]


def test_tokens_are_counted(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    theirs, ours = claude(tenant, upstream.site("ok")), tenant.route(upstream.site("ok"))
    counted = sdk.messages.count_tokens(model=theirs, messages=HELLO, tools=[WEATHER])
    assert counted.input_tokens == messages.COUNTED
    assert sdk.messages.count_tokens(model=ours, messages=HELLO, tools=[WEATHER]).input_tokens > 20


def test_a_limit_and_an_effort_reach_everybody(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    site = upstream.site("ok")
    fields: Any = {
        "thinking": {"type": "enabled", "budget_tokens": 10_000},
        "system": "Be brief.",
        "max_tokens": 12_000,
    }
    sdk.messages.create(**ask(tenant.route(site), **fields))
    body = site.requests[0]["body"]
    assert (body["max_tokens"], body["reasoning_effort"]) == (12_000, "medium")
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize("kind", ["anthropic", "openai_compatible", "gemini"])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, anthropic.BadRequestError),
        (401, anthropic.InternalServerError),  # the provider's key is no business of the caller's
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.OverloadedError),
    ],
)
def test_a_provider_s_error_becomes_the_sdk_s_own(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic, kind: str, status: int, error: type[Exception]
) -> None:
    route = tenant.route_as(kind, upstream.site(f"status-{status}"))
    with pytest.raises(error) as whole:
        sdk.messages.create(**ask(route))
    with pytest.raises(error), sdk.messages.stream(**ask(route)) as stream:
        stream.until_done()
    assert isinstance(whole.value, anthropic.APIStatusError)
    assert UPSTREAM_KEY not in str(whole.value)
    assert whole.value.body["type"] == "error"  # type: ignore[index]


def test_the_gateway_s_own_errors(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    route = claude(tenant, upstream.site("ok"))
    with pytest.raises(anthropic.NotFoundError):
        sdk.messages.create(**ask("nothing-here"))
    with pytest.raises(anthropic.BadRequestError, match="messages"):
        sdk.messages.create(**ask(route, messages="Hello"))
    with pytest.raises(anthropic.AuthenticationError):
        sdk.with_options(api_key="gw-live-0123456789abcdef0123456789abcdef").messages.create(**ask(route))


# B6
def test_a_stream_that_breaks_off_ends_in_an_error(
    tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic
) -> None:
    route = tenant.route(upstream.site("cut-after-3"))
    with pytest.raises(anthropic.APIStatusError), sdk.messages.stream(**ask(route)) as stream:
        stream.until_done()


def test_models_are_listed(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    route = claude(tenant, upstream.site("ok"))
    listed = list(sdk.models.list(limit=1000))
    assert route in [model.id for model in listed]
    assert all(model.display_name and model.type == "model" for model in listed)
    assert sdk.models.retrieve(route).id == route
    with pytest.raises(anthropic.NotFoundError):
        sdk.models.retrieve("no-such-model")
    # The same path in OpenAI's words for everybody else.
    assert tenant.http.get("/models").json()["object"] == "list"


def test_structured_output(tenant: Tenant, upstream: Upstream, sdk: anthropic.Anthropic) -> None:
    site = upstream.site("ok")
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    output: Any = {"format": {"type": "json_schema", "schema": schema}}
    sdk.messages.create(**ask(tenant.route(site), output_config=output))
    assert site.requests[0]["body"]["response_format"]["json_schema"]["schema"] == schema


def test_both_kinds_of_authorization(tenant: Tenant, upstream: Upstream) -> None:
    route = claude(tenant, upstream.site("ok"))
    for headers in ({"x-api-key": tenant.secret}, {"authorization": f"Bearer {tenant.secret}"}):
        answer = httpx.post(f"{tenant.gateway.url}/v1/messages", json=ask(route), headers=headers)
        assert answer.status_code == 200
