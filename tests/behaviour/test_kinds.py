"""Accounts of a catalog's kind and of Azure's, through the gateway: their quirks, paths, keys and versions."""

from tests.tenant import UPSTREAM_KEY, Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream


def test_a_look_alike_s_quirks_need_no_telling(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    mistral, groq = tenant.route_as("mistral", site), tenant.route_as("groq", site)

    assert [tenant.stream(route).text for route in (mistral, groq)] == [replies.TEXT] * 2

    asked = ["stream_options" in request["body"] for request in site.requests]
    assert asked == [False, True]


def test_azure_is_asked_for_a_deployment_with_its_key_and_version(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    deployment = tenant.deployment(
        f"{site.base_url}/openai", "azure_openai", {"api_version": "2024-10-21"}, model="our gpt"
    )
    route = tenant.route_to([{"deployment": deployment}])

    response = tenant.chat(route)

    assert response.json()["choices"][0]["message"]["content"] == replies.TEXT
    (request,) = site.requests
    assert request["path"].endswith("/openai/deployments/our%20gpt/chat/completions?api-version=2024-10-21")
    assert request["headers"]["api-key"] == UPSTREAM_KEY
    assert "authorization" not in request["headers"]
