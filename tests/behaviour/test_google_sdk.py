"""Google's own SDK works through the gateway: before Google, and before providers that speak otherwise."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types

from routing.services import create_deployment, create_provider
from tests.routing.providers.gemini.exchanges import kept, name
from tests.tenant import PRICE, UPSTREAM_KEY, Tenant
from tests.upstream.cassettes import Cassette
from tests.upstream.handle import SiteHandle, Upstream

WHOLE = [one for one in kept() if one.status == 200 and not one.is_event_stream]
READ = {"content", "finish_reason"}  # the SDK leaves out other fields, where it calls AI Studio
STREAMED = [one for one in kept() if one.is_event_stream and not one.body.lstrip().startswith(b"[")]


@pytest.fixture
def sdk(tenant: Tenant) -> Iterator[genai.Client]:
    """Google's client with the gateway's address and key."""
    with genai.Client(api_key=tenant.secret, http_options=types.HttpOptions(base_url=tenant.gateway.url)) as client:
        yield client


def google_route(tenant: Tenant, site: SiteHandle, kind: str = "gemini") -> str:
    """A route to the fake provider as if it were Google."""
    provider = create_provider(
        actor=None, organization=tenant.organization, name="google", kind=kind, base_url=site.base_url,
        api_keys=[UPSTREAM_KEY],
    )  # fmt: skip
    deployment = create_deployment(
        actor=None, organization=tenant.organization, provider=provider, name="gemini", price=PRICE,
        model="gemini-2.5-flash",
    )  # fmt: skip
    return tenant.route_to([{"deployment": deployment}], retries=0)


def candidates(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """As the SDK reads what was recorded."""
    return [types.Candidate.model_validate(candidate).model_dump(include=READ) for candidate in answer["candidates"]]


def said(answer: types.GenerateContentResponse) -> list[dict[str, Any]]:
    return [candidate.model_dump(include=READ) for candidate in answer.candidates or []]


@pytest.mark.parametrize("recorded", WHOLE, ids=name)
def test_a_whole_answer_arrives_as_it_was_sent(
    tenant: Tenant, upstream: Upstream, sdk: genai.Client, recorded: Cassette
) -> None:
    site = upstream.site(f"cassette-{recorded.id}")
    route = google_route(tenant, site)

    answer = sdk.models.generate_content(model=route, contents="Hello")

    assert said(answer) == candidates(recorded.json)
    assert answer.usage_metadata is not None and recorded.usage is not None
    assert answer.usage_metadata.total_token_count == recorded.usage["totalTokenCount"]
    (asked,) = site.requests
    assert asked["path"].endswith("/models/gemini-2.5-flash:generateContent")
    assert asked["headers"]["x-goog-api-key"] == UPSTREAM_KEY
    assert tenant.secret not in str(asked)


@pytest.mark.parametrize("recorded", STREAMED, ids=name)
def test_a_stream_arrives_as_it_was_sent(
    tenant: Tenant, upstream: Upstream, sdk: genai.Client, recorded: Cassette
) -> None:
    route = google_route(tenant, upstream.site(f"cassette-{recorded.id}"))

    events = list(sdk.models.generate_content_stream(model=route, contents="Hello"))

    assert [said(event) for event in events] == [candidates(event) for event in recorded.json_events]


@pytest.mark.parametrize("recorded", STREAMED[:2], ids=name)
def test_without_sse_the_stream_is_an_array(tenant: Tenant, upstream: Upstream, recorded: Cassette) -> None:
    route = google_route(tenant, upstream.site(f"cassette-{recorded.id}"))
    answer = httpx.post(
        f"{tenant.gateway.url}/v1beta/models/{route}:streamGenerateContent", params={"key": tenant.secret},
        json={"contents": [{"parts": [{"text": "Hello"}]}]},
    )  # fmt: skip
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == recorded.json_events


def test_before_a_provider_that_speaks_openai_s_dialect(tenant: Tenant, upstream: Upstream, sdk: genai.Client) -> None:
    site = upstream.site("ok")
    route = tenant.route(site)
    config = types.GenerateContentConfig(system_instruction="Be brief", max_output_tokens=7)

    answer = sdk.models.generate_content(model=route, contents="Hello", config=config)
    events = list(sdk.models.generate_content_stream(model=route, contents="Hello", config=config))

    assert answer.text
    assert "".join(event.text or "" for event in events) == answer.text
    assert events[-1].candidates and events[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert events[-1].usage_metadata and events[-1].usage_metadata.total_token_count
    whole, streamed = (request["body"] for request in site.requests)
    assert whole["messages"] == [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hello"}]
    assert whole["max_tokens"] == 7 and streamed["stream"] is True


def test_counting(tenant: Tenant, upstream: Upstream, sdk: genai.Client) -> None:
    google = google_route(tenant, upstream.site("cassette-660c703d899b"))
    other = tenant.route(upstream.site("ok"))
    assert sdk.models.count_tokens(model=google, contents="Hello").total_tokens == 12
    assert (sdk.models.count_tokens(model=other, contents="Hello").total_tokens or 0) > 0


def test_errors_are_google_s(tenant: Tenant, upstream: Upstream, sdk: genai.Client) -> None:
    route = google_route(tenant, upstream.site("cassette-f7a610e2c111"))
    with pytest.raises(errors.ClientError) as limited:
        sdk.models.generate_content(model=route, contents="Hello")
    assert (limited.value.code, limited.value.status) == (429, "RESOURCE_EXHAUSTED")
    with pytest.raises(errors.ClientError) as unknown:
        sdk.models.generate_content(model="no-such-model", contents="Hello")
    assert (unknown.value.code, unknown.value.status) == (404, "NOT_FOUND")


def test_a_stream_that_breaks_off_ends_in_an_error(tenant: Tenant, upstream: Upstream, sdk: genai.Client) -> None:
    route = tenant.route(upstream.site("cut-after-3"))
    with pytest.raises(errors.ServerError) as broken:
        list(sdk.models.generate_content_stream(model=route, contents="Hello"))
    assert broken.value.code == 502


def test_the_models_are_listed(tenant: Tenant, upstream: Upstream, sdk: genai.Client) -> None:
    route = google_route(tenant, upstream.site("ok"))
    listed = [model.name for model in sdk.models.list(config={"query_base": True})]
    assert f"models/{route}" in listed
    assert sdk.models.get(model=route).name == f"models/{route}"


def test_vertex_ai_s_paths_lead_to_the_same_place(tenant: Tenant, upstream: Upstream) -> None:
    route = google_route(tenant, upstream.site(f"cassette-{WHOLE[0].id}"))
    path = f"/v1/projects/p/locations/global/publishers/google/models/{route}:generateContent"
    answer = httpx.post(
        tenant.gateway.url + path, headers={"authorization": f"Bearer {tenant.secret}"},
        json={"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
    )  # fmt: skip
    assert answer.json() == WHOLE[0].json
