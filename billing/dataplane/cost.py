"""Where tokens become money: the only such place.

Prices are integers of nano-dollars per million tokens, so that $0.0375 a million is exact. Sums are made in
units of a millionth of a nano-dollar and rounded once, half up, to whole nano-dollars.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from billing.dataplane.usage import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens of each class. None: charged as the class that it is part of."""

    input: int
    output: int
    cached_input: int | None = None
    cache_write: int | None = None
    input_audio: int | None = None
    cached_input_audio: int | None = None
    output_audio: int | None = None


@dataclass(frozen=True)
class Price:
    """The rates of one model. ``tiers``: of the whole request above a number of input tokens, ascending."""

    base: Rates
    source: str  # "override" or the price book and its version
    tiers: tuple[tuple[int, Rates], ...] = ()
    per_request: int = 0  # nano-dollars

    @cached_property
    def shown(self) -> dict[str, Any]:
        """The price as a ledger row keeps it: where it came from, and the rates that are set."""
        tiers = [{"above": above, **_set(rates)} for above, rates in self.tiers]
        return {"source": self.source, **_set(self.base), "tiers": tiers, "per_request": self.per_request}

    def rates_for(self, input_tokens: int) -> Rates:
        rates = self.base
        for above, tier in self.tiers:
            if input_tokens > above:
                rates = tier
        return rates


def cost_of(usage: Usage, price: Price) -> int:
    """Nano-dollars for a usage at a price. ``usage`` counts cached and audio tokens inside the input."""
    rates = price.rates_for(usage.input_tokens)
    total = _input_cost(usage, rates) + _output_cost(usage, rates)
    return price.per_request + (total + MILLION // 2) // MILLION


def _input_cost(usage: Usage, rates: Rates) -> int:
    if not (usage.cached_input_tokens or usage.cache_write_tokens or usage.input_audio_tokens):
        return usage.input_tokens * rates.input
    cached_rate = _or(rates.cached_input, rates.input)
    audio_rate = _or(rates.input_audio, rates.input)
    fresh_audio = max(usage.input_audio_tokens - usage.cached_audio_tokens, 0)
    cached_text = max(usage.cached_input_tokens - usage.cached_audio_tokens, 0)
    special = cached_text + usage.cache_write_tokens + usage.cached_audio_tokens + fresh_audio
    plain = max(usage.input_tokens - special, 0)
    return (
        plain * rates.input
        + cached_text * cached_rate
        + usage.cache_write_tokens * _or(rates.cache_write, rates.input)
        + fresh_audio * audio_rate
        + usage.cached_audio_tokens * _or(rates.cached_input_audio, cached_rate)
    )


def _output_cost(usage: Usage, rates: Rates) -> int:
    if not usage.output_audio_tokens:
        return usage.output_tokens * rates.output
    text = max(usage.output_tokens - usage.output_audio_tokens, 0)
    return text * rates.output + usage.output_audio_tokens * _or(rates.output_audio, rates.output)


def _or(rate: int | None, fallback: int) -> int:
    return fallback if rate is None else rate


def _set(rates: Rates) -> dict[str, int]:
    return {name: value for name, value in asdict(rates).items() if value is not None}
