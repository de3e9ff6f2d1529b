"""Answers of the Responses API are kept, continued, read and deleted: by their own organisation and nobody else."""

from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response

from routing.models import StoredResponse
from routing.services import create_deployment, create_provider
from tenants.services import update_organization
from tests.gateway import Gateway
from tests.tenant import UPSTREAM_KEY, Tenant
from tests.upstream.handle import SiteHandle, Upstream
from tests.upstream.replies import TEXT

TRANSLATED, NATIVE = "translated", "native"


def native_route(tenant: Tenant, site: SiteHandle) -> str:
    """A route to a provider that has the Responses API and keeps its answers."""
    name = site.name.replace("~", "-")
    provider = create_provider(
        actor=None, organization=tenant.organization, name=name, kind="openai", base_url=site.base_url,
        api_keys=[UPSTREAM_KEY],
    )  # fmt: skip
    deployment = create_deployment(
        actor=None, organization=tenant.organization, provider=provider, name=name, model="their-model"
    )
    return tenant.route_to([{"deployment": deployment}], retries=0)


def route_of(kind: str, tenant: Tenant, upstream: Upstream) -> tuple[str, SiteHandle]:
    site = upstream.site("responses" if kind == NATIVE else "ok")
    return (native_route(tenant, site) if kind == NATIVE else tenant.route(site)), site


def streamed(tenant: Tenant, **fields: Any) -> Response:
    with tenant.openai.responses.stream(**fields) as stream:
        return stream.get_final_response()


def whole(tenant: Tenant, **fields: Any) -> Response:
    return tenant.openai.responses.create(**fields)


@pytest.mark.parametrize("ask", [whole, streamed])
@pytest.mark.parametrize("kind", [TRANSLATED, NATIVE])
def test_an_answer_can_be_read_and_deleted(tenant: Tenant, upstream: Upstream, kind: str, ask: Any) -> None:
    route, _ = route_of(kind, tenant, upstream)

    answer = ask(tenant, model=route, input="Say hello.", instructions="Be kind.")

    assert answer.output_text == TEXT
    assert (answer.usage.input_tokens, answer.usage.input_tokens_details.cached_tokens) == (1000, 300)
    assert (answer.usage.output_tokens, answer.usage.output_tokens_details.reasoning_tokens) == (200, 120)
    read = tenant.openai.responses.retrieve(answer.id)
    assert (read.id, read.output_text) == (answer.id, TEXT)
    tenant.openai.responses.delete(answer.id)
    for gone in (tenant.openai.responses.retrieve, tenant.openai.responses.delete):
        with pytest.raises(openai.NotFoundError):
            gone(answer.id)


def test_a_conversation_goes_on_where_we_keep_it(tenant: Tenant, upstream: Upstream) -> None:
    route, site = route_of(TRANSLATED, tenant, upstream)

    first = whole(tenant, model=route, input="Say hello.", instructions="Be kind.")
    second = streamed(tenant, model=route, input="Again.", previous_response_id=first.id)
    third = whole(tenant, model=route, input="And again.", previous_response_id=second.id)

    assert third.previous_response_id == second.id
    said = [(message["role"], message["content"]) for message in site.requests[-1]["body"]["messages"]]
    # Instructions are not carried over, as at OpenAI.
    assert said == [
        ("user", "Say hello."), ("assistant", TEXT), ("user", "Again."), ("assistant", TEXT), ("user", "And again."),
    ]  # fmt: skip
    [item] = tenant.http.get(f"/responses/{third.id}/input_items").json()["data"]
    assert item["content"] == [{"type": "input_text", "text": "And again."}]


def test_a_conversation_goes_on_where_the_provider_keeps_it(tenant: Tenant, upstream: Upstream) -> None:
    route, site = route_of(NATIVE, tenant, upstream)

    first = whole(tenant, model=route, input="Say hello.")
    second = whole(tenant, model=route, input="Again.", previous_response_id=first.id)

    assert site.requests[-1]["body"] == {"model": "their-model", "input": "Again.", "previous_response_id": first.id}
    assert second.previous_response_id == first.id


def test_what_we_keep_can_go_on_at_a_provider_that_keeps_its_own(tenant: Tenant, upstream: Upstream) -> None:
    ours, _ = route_of(TRANSLATED, tenant, upstream)
    theirs, site = route_of(NATIVE, tenant, upstream)

    first = whole(tenant, model=ours, input="Say hello.")
    second = whole(tenant, model=theirs, input="Again.", previous_response_id=first.id)

    sent = site.requests[-1]["body"]
    assert "previous_response_id" not in sent
    assert [item["role"] for item in sent["input"]] == ["user", "assistant", "user"]
    with pytest.raises(openai.BadRequestError, match="kept by"):  # the way back is not: only they know what was said
        whole(tenant, model=ours, input="And now?", previous_response_id=second.id)


@pytest.mark.parametrize("kind", [TRANSLATED, NATIVE])
def test_items_can_be_referred_to(tenant: Tenant, upstream: Upstream, kind: str) -> None:
    route, site = route_of(kind, tenant, upstream)
    first = whole(tenant, model=route, input="Say hello.")
    reference = {"type": "item_reference", "id": first.output[0].id}

    whole(tenant, model=route, input=[reference, {"role": "user", "content": "Again."}])

    sent = site.requests[-1]["body"]
    if kind == NATIVE:
        assert sent["input"][0] == reference
    else:
        assert [message["content"] for message in sent["messages"]] == [TEXT, "Again."]


# B29
@pytest.mark.parametrize("kind", [TRANSLATED, NATIVE])
def test_another_organisation_s_answer_is_as_unknown_as_none(
    gateway: Gateway, tenant: Tenant, upstream: Upstream, kind: str
) -> None:
    route, site = route_of(kind, tenant, upstream)
    mine = whole(tenant, model=route, input="My secret.")
    stranger = Tenant(gateway)
    # The same account at the provider, which would know the id.
    strange_route = native_route(stranger, site) if kind == NATIVE else stranger.route(site)
    whole(stranger, model=strange_route, input="Hello.")
    calls = site.calls

    def attempts(response_id: str, item_id: str) -> list[httpx.Response]:
        def post(**fields: Any) -> httpx.Response:
            return stranger.http.post("/responses", json={"model": strange_route, "input": "Go on.", **fields})

        return [
            stranger.http.get(f"/responses/{response_id}"),
            stranger.http.get(f"/responses/{response_id}/input_items"),
            stranger.http.delete(f"/responses/{response_id}"),
            post(previous_response_id=response_id),
            post(previous_response_id=response_id, stream=True),
            post(input=[{"type": "item_reference", "id": item_id}]),
            post(input=[{"id": item_id}]),
            post(input=[{"type": "reasoning", "id": item_id, "summary": []}]),
        ]

    theirs, nobodys = attempts(mine.id, str(mine.output[0].id)), attempts("resp_nobodys", "msg_nobodys")

    for their, nobody in zip(theirs, nobodys, strict=True):
        assert their.status_code == nobody.status_code == 404
        told, known = ({**answer.json()["error"], "request_id": ""} for answer in (their, nobody))
        told["message"] = (
            told["message"].replace(str(mine.output[0].id), "msg_nobodys").replace(mine.id, "resp_nobodys")
        )
        assert told == known
    assert site.calls == calls  # nothing of it reached the provider
    assert tenant.openai.responses.retrieve(mine.id).id == mine.id


def test_what_shall_not_be_kept_is_not(tenant: Tenant, upstream: Upstream) -> None:
    route, _ = route_of(TRANSLATED, tenant, upstream)
    answer = whole(tenant, model=route, input="Say hello.", store=False)
    assert not StoredResponse.objects.for_organization(tenant.organization).exists()
    with pytest.raises(openai.NotFoundError):
        tenant.openai.responses.retrieve(answer.id)


def test_an_organisation_without_content_logging_keeps_none(tenant: Tenant, upstream: Upstream) -> None:
    update_organization(actor=None, organization=tenant.organization, content_logging="off")
    route, _ = route_of(TRANSLATED, tenant, upstream)

    answer = tenant.http.post("/responses", json={"model": route, "input": "Say hello."})

    assert answer.json()["store"] is False
    assert "keeps no content" in answer.headers["x-gateway-warning"]
    assert not StoredResponse.objects.for_organization(tenant.organization).exists()


@pytest.mark.parametrize("field", [{"conversation": "conv_1"}, {"background": True}])
def test_what_a_provider_would_keep_out_of_our_sight_is_refused(
    tenant: Tenant, upstream: Upstream, field: dict[str, Any]
) -> None:
    route, site = route_of(NATIVE, tenant, upstream)
    answer = tenant.http.post("/responses", json={"model": route, "input": "Hello.", **field})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, next(iter(field)))
    assert site.calls == 0
