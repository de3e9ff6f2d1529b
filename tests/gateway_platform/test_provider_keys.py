"""The providers that are set up from the environment."""

import pytest

from billing.price_book import price_for
from gateway_platform.provider_keys import PROVIDERS, KnownProvider, slug
from routing.providers.registry import KINDS
from tenants.models.organization import slug_validator


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.kind)
def test_rows_are_usable(provider: KnownProvider) -> None:
    kind = KINDS[provider.kind]
    assert provider.variable and kind.base_url({})
    slug_validator(provider.kind)
    for model in provider.models:
        slug_validator(slug(model))
        assert price_for(kind.price_book or provider.kind, kind.base_url({}), model, None)


def test_each_key_is_for_one_provider() -> None:
    assert len({provider.variable for provider in PROVIDERS}) == len(PROVIDERS)


def test_a_slug_has_only_characters_that_names_may_have() -> None:
    assert slug("meta-llama/Llama-3.3-70B: Instruct") == "llama-3.3-70b-instruct"
