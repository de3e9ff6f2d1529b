"""Where tokens become money: the only such place.

Prices are integers of nano-dollars per million tokens, so that $0.0375 a million is exact. Sums are made in
units of a millionth of a nano-dollar and rounded once, half up, to whole nano-dollars.
"""

from collections.abc import Iterable
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
    cache_write_1h: int | None = None
    input_audio: int | None = None
    cached_input_audio: int | None = None
    input_image: int | None = None
    cached_input_image: int | None = None
    reasoning: int | None = None
    output_audio: int | None = None
    output_image: int | None = None


@dataclass(frozen=True)
class Price:
    """The rates of one model. ``tiers``: of the whole request above a number of input tokens, ascending."""

    base: Rates
    source: str  # "override" or the price book and its version
    tiers: tuple[tuple[int, Rates], ...] = ()
    per_request: int = 0  # nano-dollars
    per_search: int = 0  # nano-dollars

    @cached_property
    def shown(self) -> dict[str, Any]:
        """The price as a ledger row keeps it: where it came from, and the rates that are set."""
        tiers = [{"above": above, **_set(rates)} for above, rates in self.tiers]
        single = {"per_request": self.per_request} | ({"per_search": self.per_search} if self.per_search else {})
        return {"source": self.source, **_set(self.base), "tiers": tiers, **single}

    @cached_property
    def is_nothing(self) -> bool:
        """Whether it costs nothing, however much is used."""
        return not (any(_set(self.base).values()) or self.tiers or self.per_request or self.per_search)

    def rates_for(self, input_tokens: int) -> Rates:
        rates = self.base
        for above, tier in self.tiers:
            if input_tokens > above:
                rates = tier
        return rates


def cost_of(usage: Usage, price: Price) -> int:
    """Nano-dollars for a usage at a price. ``usage`` counts each part inside its whole."""
    rates = price.rates_for(usage.input_tokens)
    total = _input_cost(usage, rates) + _output_cost(usage, rates)
    return price.per_request + usage.searches * price.per_search + (total + MILLION // 2) // MILLION


def _input_cost(usage: Usage, rates: Rates) -> int:
    """Each class at its own rate; what belongs to none, at the input's."""
    cached_or_written = usage.cached_input_tokens or usage.cache_write_tokens
    if not (cached_or_written or usage.input_audio_tokens or usage.input_image_tokens):  # the usual case
        return usage.input_tokens * rates.input
    cached, write = _or(rates.cached_input, rates.input), _or(rates.cache_write, rates.input)
    audio, image = usage.cached_audio_tokens, usage.cached_image_tokens
    return _sum(usage.input_tokens, rates.input, (
        (usage.cached_input_tokens - audio - image, cached),
        (audio, _or(rates.cached_input_audio, cached)),
        (image, _or(rates.cached_input_image, cached)),
        (usage.cache_write_tokens - usage.cache_write_1h_tokens, write),
        (usage.cache_write_1h_tokens, _or(rates.cache_write_1h, write)),
        (usage.input_audio_tokens - audio, _or(rates.input_audio, rates.input)),
        (usage.input_image_tokens - image, _or(rates.input_image, rates.input)),
    ))  # fmt: skip


def _output_cost(usage: Usage, rates: Rates) -> int:
    if not (usage.reasoning_tokens or usage.output_audio_tokens or usage.output_image_tokens):  # the usual case
        return usage.output_tokens * rates.output
    return _sum(usage.output_tokens, rates.output, (
        (usage.reasoning_tokens, _or(rates.reasoning, rates.output)),
        (usage.output_audio_tokens, _or(rates.output_audio, rates.output)),
        (usage.output_image_tokens, _or(rates.output_image, rates.output)),
    ))  # fmt: skip


def _sum(whole: int, rate: int, parts: Iterable[tuple[int, int]]) -> int:
    """Tokens of a whole at its rate, but its parts at theirs. A part never counts below zero."""
    total = 0
    for tokens, own in parts:
        if tokens > 0:
            whole -= tokens
            total += tokens * own
    return total + max(whole, 0) * rate


def _or(rate: int | None, fallback: int) -> int:
    return fallback if rate is None else rate


def _set(rates: Rates) -> dict[str, int]:
    return {name: value for name, value in asdict(rates).items() if value is not None}
