"""The table of providers that are set up from the environment."""

import pytest
from genai_prices import Usage, calc_price

from gateway_platform.provider_keys import PROVIDERS, KnownProvider, slug
from routing.addresses import refused_url
from tenants.models.organization import slug_validator

PRICE_BOOK_NAMES = {"gemini": "google", "xai": "x-ai"}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_rows_are_usable(provider: KnownProvider) -> None:
    assert refused_url(provider.base_url, allow_private=False) is None
    slug_validator(provider.name)
    for model in provider.models:
        slug_validator(slug(model))
        known = PRICE_BOOK_NAMES.get(provider.name, provider.name)
        assert calc_price(Usage(input_tokens=1_000), model, provider_id=known).total_price > 0


def test_a_slug_has_only_characters_that_names_may_have() -> None:
    assert slug("meta-llama/Llama-3.3-70B: Instruct") == "llama-3.3-70b-instruct"
