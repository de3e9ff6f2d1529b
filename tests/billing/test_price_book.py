"""Prices: a deployment's own, the price book's, or none."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.dataplane.cost import Rates, cost_of
from billing.dataplane.usage import Usage, usage_from_openai
from billing.price_book import price_for
from tests.billing.golden import STATED_AT, WHOLE, Golden, sample, whole

OPENAI = "https://api.openai.com/v1"
# Where we differ from what is stated, and why.
KNOWN_DIFFERENCES = {
    ("google", "gemini-2.5-pro-preview-05-06"),  # the statement leaves out thoughts that only the total shows
    ("azure", "gpt-5.6-sol"),  # the statement leaves cache writes out at Azure
    ("mistral", "ministral-8b-latest"),  # the statement is from a later edition of the price book
}


def agrees(golden: Golden) -> bool:
    """Whether our cost is the stated one, to the nano-dollar."""
    price = price_for(golden.provider, "", golden.model, None, at=STATED_AT)
    if price is None:
        return not golden.dollars
    cost = cost_of(usage_from_openai(golden.usage), price) - price.per_request  # requests are not in the statement
    return abs(cost - golden.dollars.scaleb(9)) <= Decimal("0.5")


@pytest.mark.parametrize("golden", sample(), ids=lambda golden: f"{golden.provider}/{golden.model}")
def test_cost_is_what_the_price_book_states(golden: Golden) -> None:  # B8
    assert agrees(golden)


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole collection is not beside the repository")
def test_cost_is_what_the_price_book_states_for_the_whole_collection() -> None:  # B8
    collection = whole()
    assert len(collection) > 800
    assert {(row.provider, row.model) for row in collection if not agrees(row)} <= KNOWN_DIFFERENCES


def test_the_address_decides_which_provider_it_is() -> None:
    """The same model costs differently elsewhere."""
    model = "openai/gpt-oss-120b"
    groq = price_for("openai_compatible", "https://api.groq.com/openai/v1", model, None)
    openrouter = price_for("openai_compatible", "https://openrouter.ai/api/v1", model, None)
    assert groq and openrouter
    assert groq.base != openrouter.base
    assert groq.source.endswith(": groq/openai/gpt-oss-120b")


def test_behind_an_unknown_address_the_models_name_decides() -> None:
    price = price_for("openai_compatible", "http://proxy.internal:4000/v1", "gpt-4o-mini", None)
    assert price
    assert price.base == price_for("openai_compatible", OPENAI, "gpt-4o-mini", None).base  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        (OPENAI, "no-such-model"),
        ("http://localhost:8000/v1", "my-own-model"),
        ("https://api.githubcopilot.com", "gpt-4o"),  # in the book, without a price
        ("https://api.mistral.ai/v1", "mistral-ocr-latest"),  # priced by the page
        ("", ""),
    ],
)
def test_an_unknown_price_is_none_and_not_zero(base_url: str, model: str) -> None:  # B2
    assert price_for("openai_compatible", base_url, model, None) is None


def test_what_the_book_calls_free_is_free() -> None:
    price = price_for(
        "openai_compatible", "https://openrouter.ai/api/v1", "agentica-org/deepcoder-14b-preview:free", None
    )
    assert price
    assert price.base == Rates(input=0, output=0)


def test_the_sandbox_is_free() -> None:
    price = price_for("sandbox", "", "anything", None)
    assert price
    assert (price.source, cost_of(Usage(input_tokens=1000, output_tokens=1000), price)) == ("sandbox", 0)


def test_tiers_are_carried_over() -> None:  # B8
    price = price_for("openai", "", "gpt-5.6-sol", None, at=STATED_AT)
    assert price
    below, above = price.rates_for(272_000), price.rates_for(272_001)
    assert (below.input, above.input) == (5_000_000_000, 10_000_000_000)
    assert (below.cached_input, above.cached_input) == (500_000_000, 1_000_000_000)


def test_a_dated_price_follows_the_day() -> None:
    before = price_for("openai", "", "gpt-5.6-sol", None, at=datetime(2026, 8, 20, tzinfo=UTC))
    after = price_for("openai", "", "gpt-5.6-sol", None, at=datetime(2026, 8, 21, tzinfo=UTC))
    assert before and after
    assert before.base.output > after.base.output


def test_an_off_peak_price_follows_the_hour() -> None:
    noon, night = (
        price_for("deepseek", "", "deepseek-reasoner", None, at=datetime(2026, 1, 1, hour, tzinfo=UTC))
        for hour in (12, 20)
    )
    assert noon and night
    assert noon.base.output > night.base.output


def test_an_own_price_is_exact_and_wins() -> None:
    override = {"input": 0.15, "cached_input": "0.0375", "output": Decimal("0.6")}
    price = price_for("openai_compatible", OPENAI, "gpt-4o-mini", override)
    assert price
    assert price.base == Rates(input=150_000_000, cached_input=37_500_000, output=600_000_000)
    assert (price.source, price.tiers) == ("override", ())


def test_an_own_price_may_be_by_the_piece() -> None:
    override = {"input": 0, "output": 0, "thousand_searches": 2, "thousand_requests": "0.5"}
    price = price_for("openai_compatible", "", "reranker", override)
    assert price
    assert (price.per_search, price.per_request, price.is_nothing) == (2_000_000, 500_000, False)
    assert cost_of(Usage(searches=3), price) == 6_500_000


def test_an_own_price_may_be_zero() -> None:
    price = price_for("openai_compatible", "", "local", {"input": 0, "output": 0})
    assert price
    assert cost_of(Usage(input_tokens=10, output_tokens=10), price) == 0
    assert price.is_nothing


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ({"input": 1, "output": 1, "imput": 1}, "imput"),
        ({"input": -1, "output": 1}, "input"),
        ({"input": 1, "output": -0.01}, "output"),
        ({"input": 1}, "output"),
        ({}, "input|output"),
        ({"input": "cheap", "output": 1}, "input"),
        ({"input": float("nan"), "output": 1}, "input"),
        ({"input": float("inf"), "output": 1}, "input"),
        ({"input": True, "output": 1}, "input"),
        ({"input": None, "output": 1}, "input"),
        ({"input": [1], "output": 1}, "input"),
        ({"input": 1e12, "output": 1}, "input"),
    ],
)
def test_what_is_no_price_is_refused_by_name(override: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"^({named}): "):
        price_for("openai_compatible", OPENAI, "gpt-4o-mini", override)
