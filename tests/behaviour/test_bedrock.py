"""OpenAI's and Anthropic's own SDKs work through the gateway in front of Bedrock, on traffic that it really sent."""

import anthropic
import pytest

from routing.services import create_deployment, create_provider
from tests.routing.providers.bedrock.exchanges import read, text_of
from tests.tenant import MESSAGES, PRICE, UPSTREAM_KEY, Tenant
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette
from tests.upstream.handle import SiteHandle, Upstream

KEPT = [one for one in cassettes.kept() if one.provider == "bedrock" and one.status == 200]
WHOLE = [one for one in KEPT if one.endpoint == "converse"]
STREAMED = [one for one in KEPT if one.endpoint == "converse-stream"]
CLAUDE = [one for one in KEPT if one.endpoint == "invoke-stream" and "anthropic_version" in one.request]


def bedrock_route(tenant: Tenant, site: SiteHandle, model: str) -> str:
    """A route to the fake provider as if it were Bedrock."""
    provider = create_provider(
        actor=None, organization=tenant.organization, name="aws", kind="bedrock", base_url=site.base_url,
        api_keys=[UPSTREAM_KEY],
    )  # fmt: skip
    deployment = create_deployment(
        actor=None, organization=tenant.organization, provider=provider, name="model", price=PRICE, model=model
    )
    return tenant.route_to([{"deployment": deployment}], retries=0)


@pytest.mark.parametrize("recorded", WHOLE, ids=lambda one: one.id)
def test_a_whole_answer(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    site = upstream.site(f"cassette-{recorded.id}")
    route = bedrock_route(tenant, site, recorded.model)

    answer = tenant.openai.chat.completions.create(model=route, messages=MESSAGES)

    content = recorded.json["output"]["message"]["content"]
    message = answer.choices[0].message
    assert (message.content or "") == text_of(content)
    calls = [block["toolUse"]["toolUseId"] for block in content if "toolUse" in block]
    assert [call.id for call in message.tool_calls or []] == calls
    assert answer.usage and answer.usage.completion_tokens == recorded.json["usage"]["outputTokens"]
    (request,) = site.requests
    assert request["path"].endswith(f"/model/{recorded.model.replace(':', '%3A')}/converse")  # B42
    assert request["headers"]["authorization"] == f"Bearer {UPSTREAM_KEY}"


@pytest.mark.parametrize("recorded", STREAMED, ids=lambda one: one.id)
def test_a_stream(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    route = bedrock_route(tenant, upstream.site(f"cassette-{recorded.id}+drip"), recorded.model)

    stream = tenant.openai.chat.completions.create(
        model=route, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    expected = read([recorded.body])
    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == expected.joined("content")
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == expected.finish_reasons
    assert chunks[-1].usage and chunks[-1].usage.prompt_tokens == expected.usage.input_tokens


# B20
@pytest.mark.parametrize("recorded", [*STREAMED, *CLAUDE], ids=lambda one: one.id)
def test_anthropic_s_sdk_accepts_its_streams(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    route = bedrock_route(tenant, upstream.site(f"cassette-{recorded.id}+drip"), recorded.model)
    client = anthropic.Anthropic(api_key=tenant.secret, base_url=tenant.gateway.url)

    with client.messages.stream(model=route, max_tokens=100, messages=[{"role": "user", "content": "Hello"}]) as stream:
        message = stream.get_final_message()

    assert message.stop_reason in ("end_turn", "tool_use", "max_tokens")
    assert message.usage.output_tokens > 0
    if recorded in STREAMED:
        expected = read([recorded.body])
        texts = [block.text for block in message.content if block.type == "text"]
        assert "".join(texts) == expected.joined("content")
        assert [block.id for block in message.content if block.type == "tool_use"] == [
            one["id"] for one in expected.calls
        ]
    else:
        assert message.content
