"""Tokens become money exactly: checked against a calculation by hand with decimals."""

from dataclasses import fields, replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.cost import Price, Rates, cost_of
from billing.dataplane.usage import Usage

DOLLAR = 1_000_000_000  # nano-dollars
rate = st.integers(0, 1000 * DOLLAR)
all_rates = st.builds(Rates, **{field.name: rate for field in fields(Rates)})
some_rates = st.builds(Rates, input=rate, output=rate, cached_input=st.none() | rate, cache_write=st.none() | rate)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """Counts that can be: parts are inside their whole, and cached audio is both cached and audio."""
    parts = draw(st.lists(st.integers(0, 1_000_000), min_size=5, max_size=5))
    _text, cached_text, write, audio, cached_audio = parts
    output_text, output_audio = draw(st.tuples(st.integers(0, 1_000_000), st.integers(0, 1_000_000)))
    return Usage(
        input_tokens=sum(parts),
        cached_input_tokens=cached_text + cached_audio,
        cache_write_tokens=write,
        input_audio_tokens=audio + cached_audio,
        cached_audio_tokens=cached_audio,
        output_tokens=output_text + output_audio,
        output_audio_tokens=output_audio,
    )


def by_hand(usage: Usage, rates: Rates) -> Decimal:
    """Nano-dollars, not rounded: each class times its own rate."""
    cached = rates.input if rates.cached_input is None else rates.cached_input
    audio = rates.input if rates.input_audio is None else rates.input_audio
    write = rates.input if rates.cache_write is None else rates.cache_write
    cached_audio = cached if rates.cached_input_audio is None else rates.cached_input_audio
    output_audio = rates.output if rates.output_audio is None else rates.output_audio
    cached_text = usage.cached_input_tokens - usage.cached_audio_tokens
    fresh_audio = usage.input_audio_tokens - usage.cached_audio_tokens
    text = usage.input_tokens - cached_text - usage.cached_audio_tokens - fresh_audio - usage.cache_write_tokens
    lines = [
        (text, rates.input),
        (cached_text, cached),
        (usage.cache_write_tokens, write),
        (fresh_audio, audio),
        (usage.cached_audio_tokens, cached_audio),
        (usage.output_tokens - usage.output_audio_tokens, rates.output),
        (usage.output_audio_tokens, output_audio),
    ]
    return sum((Decimal(tokens) * Decimal(price) / 1_000_000 for tokens, price in lines), Decimal(0))


@given(usage=usages(), rates=st.one_of(all_rates, some_rates), per_request=rate)
def test_cost_equals_the_hand_calculation_rounded_once(usage: Usage, rates: Rates, per_request: int) -> None:  # B8
    expected = by_hand(usage, rates).quantize(Decimal(1), ROUND_HALF_UP) + per_request
    assert cost_of(usage, Price(rates, "test", per_request=per_request)) == expected


@given(one=usages(), other=usages(), rates=all_rates)
def test_two_requests_cost_what_they_cost_together(one: Usage, other: Usage, rates: Rates) -> None:
    """But for the one rounding of each."""
    counts = [field.name for field in fields(Usage) if field.type == "int" or field.type is int]
    both = Usage(**{name: getattr(one, name) + getattr(other, name) for name in counts})
    price = Price(rates, "test")
    assert abs(cost_of(both, price) - cost_of(one, price) - cost_of(other, price)) <= 1


@given(usage=usages(), rates=all_rates, more=st.integers(1, 1_000_000))
def test_more_tokens_never_cost_less(usage: Usage, rates: Rates, more: int) -> None:
    price = Price(rates, "test")
    assert cost_of(replace(usage, input_tokens=usage.input_tokens + more), price) >= cost_of(usage, price)
    assert cost_of(replace(usage, output_tokens=usage.output_tokens + more), price) >= cost_of(usage, price)


@given(usage=usages(), rates=all_rates)
def test_cost_is_never_negative(usage: Usage, rates: Rates) -> None:
    assert cost_of(usage, Price(rates, "test")) >= 0


@pytest.mark.parametrize(
    ("tokens", "rate_of_input"), [(199_999, 1), (200_000, 1), (200_001, 2), (400_000, 2), (400_001, 3)]
)
def test_the_whole_request_pays_the_rate_of_its_tier(tokens: int, rate_of_input: int) -> None:  # B8
    def rates(factor: int) -> Rates:
        return Rates(input=factor * DOLLAR, output=factor * DOLLAR)

    price = Price(rates(1), "test", tiers=((200_000, rates(2)), (400_000, rates(3))))
    usage = Usage(input_tokens=tokens, output_tokens=1_000_000)
    assert cost_of(usage, price) == (tokens * DOLLAR // 1_000_000 + DOLLAR) * rate_of_input


def test_a_known_price() -> None:  # B8
    """gpt-4o-mini: $0.15 in, $0.075 cached, $0.60 out a million; 1,000 in of which 400 cached, 500 out."""
    price = Price(Rates(input=150_000_000, cached_input=75_000_000, output=600_000_000), "test")
    usage = Usage(input_tokens=1_000, cached_input_tokens=400, output_tokens=500)
    assert cost_of(usage, price) == 90_000 + 30_000 + 300_000


def test_half_a_nano_dollar_is_rounded_up_and_only_once() -> None:
    price = Price(Rates(input=250_000, output=250_000), "test")  # a quarter of a nano-dollar a token
    assert cost_of(Usage(input_tokens=1, output_tokens=1), price) == 1
    assert cost_of(Usage(input_tokens=1), price) == 0
