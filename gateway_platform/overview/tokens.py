"""A request's tokens by class, each with the rate that it was charged at."""

from dataclasses import dataclass

from billing.models import UsageEvent

# label, column of the ledger, name of the rate, and whether it is a part of the line above
CLASSES = [
    ("Input", "input_tokens", "input", False),
    ("read from the provider's cache", "cached_input_tokens", "cached_input", True),
    ("written to the provider's cache", "cache_write_tokens", "cache_write", True),
    ("audio", "input_audio_tokens", "input_audio", True),
    ("Output", "output_tokens", "output", False),
    ("reasoning", "reasoning_tokens", "output", True),
    ("audio", "output_audio_tokens", "output_audio", True),
]


@dataclass(frozen=True)
class TokenLine:
    label: str
    count: int
    rate: int | None  # nano-dollars per million
    part: bool


def token_lines(event: UsageEvent) -> list[TokenLine]:
    """Input and output always; their parts where there are any. A class without a rate is charged as its whole."""
    rates = _rates(event)
    return [
        TokenLine(label, count, rates.get(rate, rates.get("output" if "output" in rate else "input")), part)
        for label, column, rate, part in CLASSES
        if (count := getattr(event, column)) or not part
    ]


def _rates(event: UsageEvent) -> dict[str, int]:
    """Those of the price tier that held for this request's size."""
    price = event.price or {}
    rates = dict(price)
    for tier in price.get("tiers", []):
        if event.input_tokens > tier["above"]:
            rates = tier
    return rates
