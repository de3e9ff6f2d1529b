"""Loading a provider's models: page after page, with a key that works, past the guard for addresses."""

from collections.abc import Callable
from typing import Any

from routing.model_lists import models_of
from routing.models import ProviderAccount
from routing.services import create_provider
from tenants.models import Organization
from tests.routing.provider_server import Provider, provider

__all__ = ["provider"]  # a fixture
KEYS = ["sk-first-0123456789-aaaa", "sk-second-0123456789-bbbb"]


def _account(organization: Organization, kind: str, base_url: str = "") -> ProviderAccount:
    return create_provider(
        actor=None, organization=organization, name=f"p-{kind}", kind=kind, base_url=base_url, api_keys=KEYS
    )


def test_all_pages_are_read(organization: Organization, provider: Callable[..., Provider]) -> None:
    pages = [
        {"data": [{"id": "claude-b"}], "has_more": True, "last_id": "claude-b"},
        {"data": [{"id": "claude-a", "display_name": "A"}, {"id": "claude-b"}], "has_more": False},
    ]
    running = provider(lambda body: (200, {}, pages.pop(0)))
    listing = models_of(_account(organization, "anthropic", running.base_url))
    assert (listing.models, listing.problem) == ([{"id": "claude-a", "name": "A"}, {"id": "claude-b"}], "")
    assert running.paths == ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=claude-b"]


def test_a_page_without_end_is_left(organization: Organization, provider: Callable[..., Provider]) -> None:
    running = provider(lambda body: (200, {}, {"data": [{"id": "m"}], "has_more": True, "last_id": "m"}))
    assert models_of(_account(organization, "anthropic", running.base_url)).models == [{"id": "m"}]
    assert len(running.paths) == 10


def test_the_next_key_is_tried_where_one_is_refused(
    organization: Organization, provider: Callable[..., Provider]
) -> None:
    running = provider(lambda body: (200, {}, {"data": [{"id": "m"}]}))
    account = _account(organization, "openai_compatible", running.base_url)
    running.refused = {KEYS[0]}
    assert models_of(account).models == [{"id": "m"}]
    running.refused = set(KEYS)
    assert models_of(account).problem == "The provider refuses the API key (status 401)."


def test_what_goes_wrong_is_said(organization: Organization, provider: Callable[..., Provider]) -> None:
    answers: list[Any] = [(500, {}, {"error": {"message": f"No {KEYS[0]}"}}), (200, {}, "nonsense"), (302, {}, {})]
    running = provider(lambda body: answers.pop(0))
    account = _account(organization, "openai_compatible", running.base_url)
    assert models_of(account).problem == "Status 500: No ••••"  # B15
    assert models_of(account).problem == "The provider lists no models."
    assert models_of(account).problem.startswith("Status 302")  # B16: redirects are not followed


def test_a_private_address_is_asked_only_where_that_is_allowed(
    organization: Organization, provider: Callable[..., Provider], settings: Any
) -> None:  # B16
    running = provider(lambda body: (200, {}, {"data": [{"id": "m"}]}))
    account = _account(organization, "openai_compatible", running.base_url)
    settings.ALLOW_PRIVATE_UPSTREAMS = False
    assert models_of(account).problem == "This platform does not talk to private addresses."
    assert running.paths == []


def test_the_sandbox_takes_any_name(organization: Organization) -> None:
    account = create_provider(actor=None, organization=organization, name="box", kind="sandbox")
    assert "write the name yourself" in models_of(account).problem
