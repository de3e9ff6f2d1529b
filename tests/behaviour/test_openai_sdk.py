"""The official OpenAI SDK works through the gateway, on traffic that real providers sent."""

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.tenant import MESSAGES, Tenant
from tests.upstream import cassettes, replies
from tests.upstream.cassettes import Cassette
from tests.upstream.handle import Upstream

CHATS = [cassette for cassette in cassettes.kept() if cassette.endpoint == "chat.completions"]
WHOLE = [chat for chat in CHATS if chat.status == 200 and not chat.is_event_stream]
STREAMED = [chat for chat in CHATS if chat.is_event_stream]


def name(cassette: Cassette) -> str:
    return f"{cassette.provider}-{cassette.id}"


def extra(cassette: Cassette) -> dict[str, object]:
    """The recorded request's further fields, providers' own among them."""
    given = {"model", "messages", "stream", "stream_options"}
    return {field: value for field, value in cassette.request.items() if field not in given}


@pytest.mark.parametrize("recorded", WHOLE, ids=name)
def test_a_whole_answer_arrives_as_it_was_sent(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    route = tenant.route(upstream.site(f"cassette-{recorded.id}"))

    answer = tenant.openai.chat.completions.create(
        model=route, messages=recorded.request["messages"], extra_body=extra(recorded)
    )

    expected = recorded.json["choices"][0]["message"]
    message = answer.choices[0].message
    assert message.content == expected.get("content")
    assert [call.id for call in message.tool_calls or []] == [call["id"] for call in expected.get("tool_calls") or []]
    if recorded.usage:
        assert answer.usage
        assert answer.usage.completion_tokens == recorded.usage["completion_tokens"]


@pytest.mark.parametrize("recorded", STREAMED, ids=name)
def test_a_stream_arrives_as_it_was_sent(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    route = tenant.route(upstream.site(f"cassette-{recorded.id}"))

    stream = tenant.openai.chat.completions.create(
        model=route,
        messages=recorded.request["messages"],
        stream=True,
        stream_options={"include_usage": True},
        extra_body=extra(recorded),
    )
    chunks = list(stream)

    # Built as the SDK builds its own, since providers' values are not all in OpenAI's schema.
    expected = [ChatCompletionChunk.construct(**event) for event in recorded.json_events]
    assert [chunk.choices for chunk in chunks] == [chunk.choices for chunk in expected]
    assert [chunk.usage for chunk in chunks] == [chunk.usage for chunk in expected]


def test_streamed_tool_calls_can_be_put_together(tenant: Tenant, upstream: Upstream) -> None:
    [recorded] = [chat for chat in STREAMED if chat.id == "38c15d83db02"]
    route = tenant.route(upstream.site(f"cassette-{recorded.id}"))

    with tenant.openai.chat.completions.stream(model=route, messages=MESSAGES) as stream:
        final = stream.get_final_completion()

    assert final.choices[0].finish_reason == "tool_calls"
    assert final.choices[0].message.tool_calls


def test_embeddings(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))

    answer = tenant.openai.embeddings.create(model=route, input=["one", "two"])

    assert [item.embedding for item in answer.data] == [[0.5, -0.25, 1.0]] * 2
    [row] = tenant.rows(endpoint="embeddings")
    assert (row.input_tokens, row.output_tokens) == (16, 0)


def test_models_lists_what_the_key_may_use(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))

    assert route in [model.id for model in tenant.openai.models.list()]
    assert tenant.openai.models.retrieve(route).id == route
    with pytest.raises(openai.NotFoundError):
        tenant.openai.models.retrieve("no-such-model")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_an_upstream_error_becomes_the_sdk_s_own(
    tenant: Tenant, upstream: Upstream, status: int, error: type[openai.APIStatusError]
) -> None:
    route = tenant.route(upstream.site(f"status-{status}"))

    with pytest.raises(error) as caught:
        tenant.openai.chat.completions.create(model=route, messages=MESSAGES)

    assert caught.value.body["message"]  # type: ignore[index]
    assert caught.value.code
    assert caught.value.request_id == caught.value.response.headers["x-request-id"]


def test_a_429_says_when_to_come_back(tenant: Tenant, upstream: Upstream) -> None:
    answer = tenant.chat(tenant.route(upstream.site("status-429")))
    assert answer.headers["retry-after"] == "7"


def test_an_unknown_model_and_an_unknown_key_have_their_own_errors(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    stranger = tenant.openai.with_options(api_key="gw-live-0123456789abcdef0123456789abcdef")

    with pytest.raises(openai.NotFoundError):
        tenant.openai.chat.completions.create(model="nothing-here", messages=MESSAGES)
    with pytest.raises(openai.AuthenticationError):
        stranger.chat.completions.create(model=route, messages=MESSAGES)


def test_the_answer_says_where_it_came_from(tenant: Tenant, upstream: Upstream) -> None:
    answer = tenant.chat(tenant.route(upstream.site("ok")))

    row = tenant.row(answer)
    assert answer.json()["choices"][0]["message"]["content"] == replies.TEXT
    assert answer.headers["x-gateway-provider"] == row.provider
    assert answer.headers["x-gateway-deployment"] == row.deployment
    assert answer.headers["x-gateway-model"] == row.model == "fake-model"
    assert answer.headers["x-gateway-attempts"] == "1"
    assert float(answer.headers["x-gateway-cost"]) == pytest.approx(float(row.cost))
