"""What a model costs: a deployment's own price, else what the `genai-prices` package says, without the network.

Unknown is None, never zero: the ledger's row is then marked unpriced.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from importlib.metadata import version
from typing import Any

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from billing.dataplane.cost import Price, Rates

NANO = 1_000_000_000
HIGHEST = Decimal(1_000_000)  # dollars per million tokens; more is a mistake in the unit
CLASSES = [field.name for field in fields(Rates)]
REQUIRED = {"input", "output"}
PIECES = ("thousand_requests", "thousand_searches")  # what is charged by the piece: dollars for a thousand

# Our classes of tokens → the price book's. What it prices beyond them (seconds, pages, characters) is not metered here.
BOOK_KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "input_audio": "input_audio_mtok",
    "cached_input_audio": "cache_audio_read_mtok",
    "input_image": "input_image_mtok",
    "cached_input_image": "cache_image_read_mtok",
    "reasoning": "output_reasoning_mtok",
    "output_audio": "output_audio_mtok",
    "output_image": "output_image_mtok",
}
FREE = Rates(input=0, output=0)


def price_for(
    provider_kind: str, base_url: str, model: str, override: Mapping[str, Any] | None, at: datetime | None = None
) -> Price | None:
    """The price of a model at a provider at a moment (now), or None if nobody knows it.

    ``override``: dollars per million tokens by class, and for a thousand pieces; raises ValueError where that is no
    price.
    """
    if override is not None:
        return _own_price(override)
    if provider_kind == "sandbox":
        return Price(base=FREE, source="sandbox")
    try:
        provider, info = _find(provider_kind, base_url, model)
    except LookupError:
        return None
    return _book_price(provider, info, at or datetime.now(UTC))


def _own_price(override: Mapping[str, Any]) -> Price:
    """A deployment's own price. ValueError names the class that is unknown, missing or no price."""
    for name in override:
        if name not in CLASSES and name not in PIECES:
            raise ValueError(f"{name}: unknown; known are {', '.join([*CLASSES, *PIECES])}")
    for name in REQUIRED - set(override):
        raise ValueError(f"{name}: missing, in dollars per million tokens")
    nano = {name: _nano(_dollars(name, value)) for name, value in override.items()}
    rates = Rates(**{name: value for name, value in nano.items() if name in CLASSES})
    request, search = (nano.get(name, 0) // 1000 for name in PIECES)
    return Price(rates, "override", per_request=request, per_search=search)


def _dollars(name: str, value: Any) -> Decimal:
    try:
        dollars = Decimal(str(value))
    except InvalidOperation:
        dollars = Decimal("NaN")
    if isinstance(value, bool) or not dollars.is_finite() or not 0 <= dollars <= HIGHEST:
        raise ValueError(f"{name}: {value!r} is no price in dollars per million tokens")
    return dollars


def _nano(dollars: Decimal) -> int:
    return int((dollars * NANO).to_integral_value(ROUND_HALF_UP))


def _find(provider_kind: str, base_url: str, model: str) -> tuple[Provider, ModelInfo]:
    """By the provider's address; else by its kind, where that names one; else by the model's name alone."""
    book = get_snapshot()
    try:
        provider = book.find_provider(None, None, base_url)
    except LookupError:
        if provider_kind == "openai_compatible":
            return book.find_provider_model(model, None, None, None)
        provider = book.find_provider(None, provider_kind, None)
    return book.find_provider_model(model, provider, None, None)


def _book_price(provider: Provider, info: ModelInfo, at: datetime) -> Price | None:
    source = f"genai-prices {version('genai-prices')}: {provider.id}/{info.id}"
    prices = info.get_prices(at)
    if prices.input_mtok is None and prices.output_mtok is None:
        return Price(base=FREE, source=source) if info.id.endswith(":free") else None
    starts = {tier.start for value in _tiered(prices) for tier in value.tiers}
    return Price(
        base=_rates(prices, 0),
        source=source,
        tiers=tuple((start, _rates(prices, start + 1)) for start in sorted(starts)),
        per_request=_each(prices.requests_kcount),
        per_search=_each(prices.web_searches_kcount),
    )


def _each(per_thousand: Decimal | TieredPrices | None) -> int:
    """Nano-dollars for one of what is priced by the thousand."""
    return _nano(per_thousand) // 1000 if isinstance(per_thousand, Decimal) else 0


def _tiered(prices: ModelPrice) -> list[TieredPrices]:
    values = (getattr(prices, key) for key in BOOK_KEYS.values())
    return [value for value in values if isinstance(value, TieredPrices)]


def _rates(prices: ModelPrice, input_tokens: int) -> Rates:
    """The rates of a request with so many input tokens. A class that the book leaves out has none of its own."""
    found = {name: _at(getattr(prices, key), input_tokens) for name, key in BOOK_KEYS.items()}
    return Rates(**{"input": 0, "output": 0, **{name: _nano(rate) for name, rate in found.items() if rate is not None}})


def _at(price: Decimal | TieredPrices | None, input_tokens: int) -> Decimal | None:
    if not isinstance(price, TieredPrices):
        return price
    reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
    return reached[-1] if reached else price.base
