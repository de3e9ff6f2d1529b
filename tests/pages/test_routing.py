"""Pages about providers, deployments and routes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from routing.encryption import decrypt
from routing.models import Deployment, ProviderAccount, Route
from routing.providers.registry import KINDS
from routing.services import create_deployment, create_provider, create_route
from tests.pages.things import Things
from tests.routing.provider_server import Provider, provider
from tests.upstream.handle import Upstream

__all__ = ["provider"]  # a fixture
ROUTE = {
    "strategy": "priority", "retries": 2, "connect_timeout": 5, "first_token_timeout": 20, "idle_timeout": 30,
    "total_timeout": 60,
}  # fmt: skip


def test_create_a_provider(admin: Client, things: Things) -> None:
    secret = "sk-another-secret-value-9876"
    fields = {"name": "groq", "kind": "openai_compatible", "base_url": "https://api.groq.com/openai/v1/",
              "api_keys": secret, "headers": "X-Team: search"}  # fmt: skip
    answer = admin.post(things.url("provider-create"), fields)
    things.provider = ProviderAccount.objects.get(name="groq")
    assert answer["location"] == things.url("provider")
    assert things.provider.base_url == "https://api.groq.com/openai/v1"
    assert things.provider.headers == {"X-Team": "search"}
    assert [credential.hint for credential in things.provider.credentials.all()] == ["9876"]


def test_the_form_shows_the_fields_of_the_chosen_kind(admin: Client, things: Things) -> None:
    page = admin.get(things.url("provider-create"), {"kind": "bedrock"}).content.decode()
    assert 'name="region"' in page
    assert 'name="api_version"' not in page
    fragment = admin.get(things.url("provider-create"), {"kind": "vertex"}, headers={"HX-Request": "true"})
    text = fragment.content.decode()
    assert text.lstrip().startswith('<div id="kind-fields">')
    assert 'name="project"' in text
    assert 'name="api_keys"' not in text  # what is typed there stays


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_form(kind: str, admin: Client, things: Things) -> None:
    answer = admin.get(things.url("provider-create"), {"kind": kind}, headers={"HX-Request": "true"})
    assert (answer.status_code, KINDS[kind].docs in answer.content.decode()) == (200, True)


def test_a_providers_settings_are_made_shown_and_changed(admin: Client, things: Things) -> None:
    fields = {"name": "aws", "kind": "bedrock", "region": "eu-central-1", "guardrail": "", "headers": ""}
    admin.post(things.url("provider-create"), fields)
    things.provider = ProviderAccount.objects.get(name="aws")
    assert things.provider.settings == {"region": "eu-central-1"}
    assert 'value="eu-central-1"' in admin.get(things.url("provider-edit")).content.decode()
    assert "bedrock-runtime.eu-central-1.amazonaws.com" in admin.get(things.url("provider")).content.decode()
    answer = admin.post(things.url("provider-edit"), fields | {"region": "mars"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["region"])


def test_a_key_file_is_one_key_however_many_lines_it_has(admin: Client, things: Things) -> None:
    file = {"client_email": "a@b.example", "private_key": "-----BEGIN\nEND-----\n"}
    keys = f"{json.dumps(file, indent=2)}\nAIza-second-key-0123"
    admin.post(things.url("provider-create"), {"name": "g", "kind": "gemini", "api_keys": keys})
    found = [decrypt(row.encrypted) for row in ProviderAccount.objects.get(name="g").credentials.all()]
    assert [json.loads(found[0]), *found[1:]] == [file, "AIza-second-key-0123"]
    answer = admin.post(things.url("provider-create"), {"name": "h", "kind": "gemini", "api_keys": '{"client'})
    assert list(answer.context["form"].errors) == ["api_keys"]


# B15
@pytest.mark.parametrize("name", ["providers", "provider", "provider-edit", "deployment"])
def test_a_providers_secret_is_on_no_page(name: str, admin: Client, things: Things) -> None:
    page = admin.get(things.url(name)).content.decode()
    assert "sk-a-very-secret" not in page
    assert name in ("deployment",) or "…1234" in page


def test_edit_without_new_api_keys_keeps_the_old_ones(admin: Client, things: Things) -> None:
    fields = {"name": "renamed", "kind": "openai_compatible", "base_url": things.provider.base_url, "api_keys": ""}
    admin.post(things.url("provider-edit"), fields)
    things.provider.refresh_from_db()
    assert things.provider.name == "renamed"
    assert things.provider.credentials.count() == 1


def test_a_refusal_appears_at_its_field(admin: Client, things: Things) -> None:
    fields = {"name": "x", "kind": "openai_compatible", "base_url": "http://169.254.169.254/v1"}
    answer = admin.post(things.url("provider-create"), fields)
    assert answer.status_code == 422
    assert "metadata" in str(answer.context["form"].errors["base_url"])


def test_a_provider_behind_a_route_is_not_deleted(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("provider-delete"), follow=True)
    assert "last target of fast" in answer.content.decode()
    assert ProviderAccount.objects.filter(pk=things.provider.pk).exists()


def test_create_and_edit_a_deployment(admin: Client, things: Things) -> None:
    fields = {"name": "large", "provider": things.provider.pk, "model": "gpt-4o", "tags": "eu, fast", "enabled": "on",
              "price_input": "2.5", "price_output": "10"}  # fmt: skip
    admin.post(things.url("deployment-create"), fields)
    things.deployment = Deployment.objects.get(name="large")
    assert things.deployment.price == {"input": 2.5, "output": 10.0}
    assert things.deployment.tags == ["eu", "fast"]
    del fields["price_input"], fields["price_output"]
    admin.post(things.url("deployment-edit"), fields)
    things.deployment.refresh_from_db()
    assert things.deployment.price is None


def test_half_a_price_is_refused(admin: Client, things: Things) -> None:
    fields = {"name": "large", "provider": things.provider.pk, "model": "gpt-4o", "price_input": "2.5"}
    answer = admin.post(things.url("deployment-create"), fields)
    assert "Missing: output" in answer.content.decode()


def test_switch_a_deployment_off_and_on(admin: Client, things: Things) -> None:
    for enabled in (False, True):
        admin.post(things.url("deployment-switch"), {"enabled": str(enabled).lower()})
        things.deployment.refresh_from_db()
        assert things.deployment.enabled is enabled


def test_the_test_button_tells_whether_it_answers(admin: Client, things: Things, upstream: Upstream) -> None:
    good = create_provider(
        actor=None, organization=things.organization, name="good", kind="openai_compatible",
        base_url=upstream.site("ok").base_url, api_keys=["sk-test"],
    )  # fmt: skip
    things.deployment = create_deployment(
        actor=None, organization=things.organization, provider=good, name="good", model="fake-model"
    )
    fragment = admin.post(things.url("deployment-test"), headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<form")
    assert "Answers" in fragment
    assert "Answers" in admin.post(things.url("deployment-test")).content.decode()


def test_the_test_button_says_what_is_wrong(admin: Client, things: Things) -> None:
    ProviderAccount.objects.filter(pk=things.provider.pk).update(base_url="http://127.0.0.1:9/v1")
    fragment = admin.post(things.url("deployment-test"), headers={"HX-Request": "true"}).content.decode()
    assert "could not be reached" in fragment


def test_load_models_offers_what_the_provider_has(
    admin: Client, things: Things, provider: Callable[..., Provider]
) -> None:
    running = provider(lambda body: (200, {}, {"data": [{"id": "fake-model", "context_length": 8192}]}))
    good = create_provider(
        actor=None, organization=things.organization, name="good", kind="openai_compatible", base_url=running.base_url
    )
    answer = admin.get(things.url("provider-models"), {"provider": good.pk}, headers={"HX-Request": "true"})
    assert '<option value="fake-model">' in answer.content.decode()
    sandbox = create_provider(actor=None, organization=things.organization, name="box", kind="sandbox")
    assert "no list of models" in admin.get(things.url("provider-models"), {"provider": sandbox.pk}).content.decode()
    assert admin.get(things.url("provider-models"), {"provider": "x"}).status_code == 404


def test_targets_keep_the_order_of_the_page(admin: Client, things: Things) -> None:
    second = create_deployment(
        actor=None, organization=things.organization, provider=things.provider, name="large", model="gpt-4o"
    )
    targets = {"targets": [second.pk, "", things.deployment.pk], "targets-weight": ["3", "1", "0.5"]}
    answer = admin.post(things.url("route-create"), ROUTE | targets | {"name": "smart"})
    things.route = Route.objects.get(name="smart")
    assert answer["location"] == things.url("route")
    found = [(target.deployment.name, target.weight) for target in things.route.targets.all()]
    assert found == [("large", 3.0), ("mini", 0.5)]
    assert (things.route.retries, things.route.first_token_timeout) == (2, 20)


def test_edit_a_route(admin: Client, things: Things) -> None:
    fields = ROUTE | {"name": "quick", "strategy": "weighted", "targets": things.deployment.pk, "targets-weight": "2"}
    admin.post(things.url("route-edit"), fields)
    things.route.refresh_from_db()
    assert (things.route.name, things.route.strategy) == ("quick", "weighted")
    assert [target.weight for target in things.route.targets.all()] == [2.0]


def test_a_route_needs_a_target(admin: Client, things: Things) -> None:
    answer = admin.post(things.url("route-create"), ROUTE | {"name": "empty"})
    assert "at least one target" in str(answer.context["form"].errors["targets"])


def test_a_foreign_deployment_is_no_target(admin: Client, things: Things, stranger) -> None:
    provider = create_provider(actor=None, organization=stranger, name="sandbox", kind="sandbox")
    foreign = create_deployment(actor=None, organization=stranger, provider=provider, name="x", model="sandbox")
    answer = admin.post(
        things.url("route-create"), ROUTE | {"name": "mine", "targets": foreign.pk, "targets-weight": 1}
    )
    assert answer.status_code == 422
    assert not Route.objects.filter(name="mine").exists()


def test_what_was_typed_survives_a_refusal(admin: Client, things: Things) -> None:
    targets = {"targets": things.deployment.pk, "targets-weight": "many"}
    page = admin.post(things.url("route-create"), ROUTE | targets | {"name": "smart"}).content.decode()
    assert 'value="many"' in page
    assert f'value="{things.deployment.pk}" selected' in page


@pytest.mark.parametrize("name", ["provider", "deployment", "route"])
def test_delete(name: str, admin: Client, things: Things) -> None:
    if name != "route":
        admin.post(things.url("route-delete"))
    assert admin.post(things.url(f"{name}-delete"))["location"] == things.url(f"{name}s")
    assert not type(getattr(things, name)).objects.filter(pk=getattr(things, name).pk).exists()


@pytest.mark.parametrize("name", ["providers", "deployments", "routes"])
def test_lists_take_the_same_queries_however_long(
    name: str, admin: Client, things: Things, django_assert_max_num_queries
) -> None:
    for number in range(12):
        owner: Any = {"actor": None, "organization": things.organization, "name": f"more-{number}"}
        provider = create_provider(**owner, kind="sandbox")
        deployment = create_deployment(**owner, provider=provider, model="sandbox")
        create_route(**owner, targets=[{"deployment": deployment}, {"deployment": things.deployment}])
    with django_assert_max_num_queries(12):
        page = admin.get(things.url(name)).content.decode()
    assert "more-11" in page


@pytest.mark.parametrize("name", ["providers", "deployments", "routes", "keys", "requests"])
def test_an_empty_list_says_what_to_do_next(name: str, admin: Client, organization) -> None:
    page = admin.get(f"/o/{organization.slug}/{name}/?range=30d").content.decode()
    assert f"No {name} yet" in page
