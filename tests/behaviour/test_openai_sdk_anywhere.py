"""OpenAI's own SDK works in front of providers of every kind, on traffic that they really sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from openai.types.responses import ResponseFunctionToolCall, ResponseInputParam
from pydantic import BaseModel

from tests.routing.providers.bedrock.exchanges import text_of
from tests.tenant import MESSAGES, UPSTREAM_KEY, Tenant
from tests.upstream import cassettes
from tests.upstream.handle import SiteHandle, Upstream

Json = dict[str, Any]


class City(BaseModel):
    """What is asked for as structured output."""

    city: str
    people: int


@dataclass(frozen=True)
class Kind:
    """A kind of provider, with recorded answers: whole, streamed, and a stream that calls a tool."""

    name: str
    whole: str
    stream: str
    tools: str
    said: Callable[[Json], str]  # in a whole answer
    model: str = "model"


KINDS = [
    Kind(
        "openai_compatible", "f7e12de221b0", "98c0a95faa91", "38c15d83db02",
        lambda answer: answer["choices"][0]["message"]["content"],
    ),
    Kind(
        "anthropic", "d3ec62f92480", "9e3e3e78e576", "61ad57c646db",
        lambda answer: "".join(block["text"] for block in answer["content"]),
    ),
    Kind(
        "gemini", "d90ff949750f", "d37d2968e459", "585e78b45315",
        lambda answer: "".join(
            part["text"] for part in answer["candidates"][0]["content"]["parts"] if not part.get("thought")
        ),
    ),
    Kind(
        "bedrock", "bef847ff2bee", "d31562577e18", "f2ef7eced6f0",
        lambda answer: text_of(answer["output"]["message"]["content"]), model="us.amazon.nova-2-lite-v1:0",
    ),
]  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
RESPONSES_TOOL: Any = {"type": "function", "strict": False, **TOOL["function"]}


def at(tenant: Tenant, kind: Kind, site: SiteHandle) -> str:
    return tenant.route_as(kind.name, site, kind.model)


@each_kind
def test_a_whole_chat(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    site = upstream.site(f"cassette-{kind.whole}")

    answer = tenant.openai.chat.completions.create(model=at(tenant, kind, site), messages=MESSAGES, max_tokens=999)

    assert answer.choices[0].message.content == kind.said(cassettes.load(kind.whole).json)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage and answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0
    [asked] = site.requests
    assert "999" in str(asked["body"])  # B40: the limit, whatever it is called
    assert tenant.secret not in str(asked) and UPSTREAM_KEY in str(asked["headers"])


@each_kind
def test_a_streamed_chat(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    route = at(tenant, kind, upstream.site(f"cassette-{kind.stream}"))

    with tenant.openai.chat.completions.stream(
        model=route, messages=MESSAGES, stream_options={"include_usage": True}
    ) as stream:
        words = [event.delta for event in stream if event.type == "content.delta"]
        final = stream.get_final_completion()

    assert "".join(words) == final.choices[0].message.content != ""
    assert final.choices[0].finish_reason == "stop"
    assert final.usage and final.usage.prompt_tokens > 0 and final.usage.completion_tokens > 0


# B19
@each_kind
def test_a_tool_is_called_and_answered(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    site = upstream.site(f"turns-{kind.tools}.{kind.stream}")
    route = at(tenant, kind, site)

    with tenant.openai.chat.completions.stream(model=route, messages=MESSAGES, tools=[TOOL]) as stream:
        first = stream.get_final_completion().choices[0]
    calls = first.message.tool_calls or []
    history: list[Any] = [
        *MESSAGES,
        first.message.model_dump(exclude_none=True, exclude={"parsed"}),
        *({"role": "tool", "tool_call_id": call.id, "content": "12 °C"} for call in calls),
    ]
    second = tenant.openai.chat.completions.create(model=route, messages=history, tools=[TOOL], stream=True)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in second if chunk.choices)

    assert first.finish_reason == "tool_calls"
    assert calls and all(call.id and call.function.name for call in calls)
    assert said
    sent = str(site.requests[1]["body"])
    assert "12 °C" in sent and calls[0].function.name in sent


@pytest.mark.parametrize("kind", ["openai_compatible", "anthropic"])
def test_structured_output_is_parsed(tenant: Tenant, upstream: Upstream, kind: str) -> None:
    site = upstream.site("json")
    route = tenant.route_as(kind, site, "claude-sonnet-4-5")

    chat = tenant.openai.chat.completions.parse(model=route, messages=MESSAGES, response_format=City)
    with tenant.openai.chat.completions.stream(model=route, messages=MESSAGES, response_format=City) as stream:
        streamed = stream.get_final_completion()
    response = tenant.openai.responses.parse(model=route, input="Which city?", text_format=City)

    oslo = City(city="Oslo", people=7)
    assert chat.choices[0].message.parsed == streamed.choices[0].message.parsed == response.output_parsed == oslo
    assert all("'people'" in str(asked["body"]) for asked in site.requests)


@each_kind
def test_a_response(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    site = upstream.site(f"turns-{kind.whole}.{kind.stream}")
    route = at(tenant, kind, site)

    first = tenant.openai.responses.create(model=route, input="Say hello.", instructions="Be kind.")
    with tenant.openai.responses.stream(model=route, input="Again.", previous_response_id=first.id) as stream:
        words = [event.delta for event in stream if event.type == "response.output_text.delta"]
        second = stream.get_final_response()

    assert first.output_text == kind.said(cassettes.load(kind.whole).json)
    assert "".join(words) == second.output_text != ""
    assert second.status == "completed" and second.usage and second.usage.output_tokens > 0
    for word in ("Say hello.", "Again."):  # what went before is sent again
        assert word in str(site.requests[1]["body"])
    assert tenant.openai.responses.retrieve(second.id).output_text == second.output_text
    tenant.openai.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        tenant.openai.responses.retrieve(second.id)


@each_kind
def test_a_response_calls_a_tool(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    site = upstream.site(f"turns-{kind.tools}.{kind.stream}")
    route = at(tenant, kind, site)

    with tenant.openai.responses.stream(model=route, input="Weather?", tools=[RESPONSES_TOOL]) as stream:
        first = stream.get_final_response()
    calls = [item for item in first.output if isinstance(item, ResponseFunctionToolCall)]
    results: ResponseInputParam = [
        {"type": "function_call_output", "call_id": call.call_id, "output": "12 °C"} for call in calls
    ]
    with tenant.openai.responses.stream(
        model=route, input=results, tools=[RESPONSES_TOOL], previous_response_id=first.id
    ) as stream:
        second = stream.get_final_response()

    assert calls and all(call.name and call.call_id for call in calls)
    assert second.output_text
    sent = str(site.requests[1]["body"])
    assert "12 °C" in sent and calls[0].name in sent


# B39
def test_claude_s_thoughts_go_back_with_their_signature(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("turns-382209ed592f.382209ed592f")
    route = tenant.route_as("anthropic", site, "claude-sonnet-4-5")
    with tenant.openai.chat.completions.stream(model=route, messages=MESSAGES, reasoning_effort="low") as stream:
        said = stream.get_final_completion().choices[0].message.model_dump(exclude_none=True, exclude={"parsed"})
    history: list[Any] = [*MESSAGES, said, *MESSAGES]
    again = tenant.openai.chat.completions.create(model=route, messages=history, reasoning_effort="low", stream=True)
    again.close()

    thought = site.requests[1]["body"]["messages"][1]["content"][0]
    assert thought["type"] == "thinking" and thought["signature"] and thought["thinking"]
    assert thought["signature"] in cassettes.load("382209ed592f").body.decode()


@pytest.mark.parametrize("recorded", ["42bc8d62c4f1", "32f2d90c8e71"])
def test_legacy_completions_straight(tenant: Tenant, upstream: Upstream, recorded: str) -> None:
    stream = cassettes.load(recorded).is_event_stream
    route = tenant.route_as("openai", upstream.site(f"cassette-{recorded}"))
    answer = tenant.openai.completions.create(model=route, prompt="Say hello.", stream=stream)
    said = "".join(chunk.choices[0].text for chunk in answer) if stream else answer.choices[0].text  # type: ignore[union-attr]
    assert said


@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind.name)
def test_legacy_completions_anywhere(tenant: Tenant, upstream: Upstream, kind: Kind) -> None:
    site = upstream.site(f"turns-{kind.whole}.{kind.stream}")
    route = at(tenant, kind, site)
    whole = tenant.openai.completions.create(model=route, prompt="Say hello.")
    streamed = tenant.openai.completions.create(model=route, prompt="Say hello.", stream=True)
    assert whole.choices[0].text == kind.said(cassettes.load(kind.whole).json)
    assert "".join(chunk.choices[0].text for chunk in streamed if chunk.choices)


@pytest.mark.parametrize("kind", ["openai_compatible", "openai", "anthropic", "gemini", "bedrock"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "error"),
    [(400, openai.BadRequestError), (429, openai.RateLimitError), (500, openai.InternalServerError)],
)
def test_a_provider_s_error_becomes_the_sdk_s_own(
    tenant: Tenant, upstream: Upstream, kind: str, stream: bool, status: int, error: type[openai.APIStatusError]
) -> None:
    model = "us.amazon.nova-2-lite-v1:0" if kind == "bedrock" else "model"
    route = tenant.route_as(kind, upstream.site(f"status-{status}"), model)
    with pytest.raises(error) as chat:
        tenant.openai.chat.completions.create(model=route, messages=MESSAGES, stream=stream)
    with pytest.raises(error):
        tenant.openai.responses.create(model=route, input="Hello.", stream=stream)
    assert UPSTREAM_KEY not in str(chat.value)
    assert chat.value.body["message"]  # type: ignore[index]
    if status == 429:
        assert chat.value.response.headers["retry-after"] == "7"


def test_who_may_not_is_told_so(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    stranger = tenant.openai.with_options(api_key="gw-live-0123456789abcdef0123456789abcdef")
    for ask in (
        lambda client, model: client.responses.create(model=model, input="Hello."),
        lambda client, model: client.completions.create(model=model, prompt="Hello."),
        lambda client, model: client.embeddings.create(model=model, input="Hello."),
    ):
        with pytest.raises(openai.AuthenticationError):
            ask(stranger, route)
        with pytest.raises(openai.NotFoundError):
            ask(tenant.openai, "nothing-here")
