"""Reading `usage` objects, of OpenAI and of those who look alike, honest or not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.usage import ABSURD, Usage, usage_from_openai


def test_every_class_of_token_is_read() -> None:
    raw = {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "total_tokens": 1500,
        "prompt_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 50, "audio_tokens": 20},
        "completion_tokens_details": {"reasoning_tokens": 200, "audio_tokens": 10},
    }
    assert usage_from_openai(raw) == Usage(
        input_tokens=1000,
        cached_input_tokens=100,
        cache_write_tokens=50,
        input_audio_tokens=20,
        output_tokens=500,
        reasoning_tokens=200,
        output_audio_tokens=10,
        source="provider",
    )


def test_embeddings_have_no_output() -> None:
    usage = usage_from_openai({"prompt_tokens": 8, "total_tokens": 8})
    assert (usage.input_tokens, usage.output_tokens, usage.absurd) == (8, 0, False)


@pytest.mark.parametrize(
    "raw",
    [
        {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": None},
        {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": None}},
        {"prompt_tokens": 3.0, "completion_tokens": 4.0},
        {"prompt_tokens": 3, "completion_tokens": 4, "something_new": {"tokens": -1}},
    ],
)
def test_what_is_null_whole_or_unknown_does_no_harm(raw: dict[str, Any]) -> None:
    usage = usage_from_openai(raw)
    assert (usage.input_tokens, usage.output_tokens, usage.absurd) == (3, 4, False)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "many",
        {"prompt_tokens": -1, "completion_tokens": 4},
        {"prompt_tokens": 3, "completion_tokens": ABSURD + 1},
        {"prompt_tokens": "3", "completion_tokens": 4},
        {"prompt_tokens": 3.5, "completion_tokens": 4},
        {"prompt_tokens": True, "completion_tokens": 4},
        {"prompt_tokens": float("nan"), "completion_tokens": 4},
        {"prompt_tokens": float("inf"), "completion_tokens": 4},
        {"prompt_tokens": {"count": 3}, "completion_tokens": 4},
        {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": -4}},
    ],
)
def test_counts_that_cannot_be_are_kept_out_of_the_sums(raw: Any) -> None:  # B2
    assert usage_from_openai(raw) == Usage(source="provider", absurd=True)


def test_more_cached_tokens_than_there_were_are_dropped_and_told() -> None:  # B2, B8
    raw = {"prompt_tokens": 7, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 161}}
    assert usage_from_openai(raw) == Usage(input_tokens=7, output_tokens=1, source="provider", doubtful=True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
parts = st.dictionaries(
    st.sampled_from(["cached_tokens", "cache_write_tokens", "audio_tokens", "reasoning_tokens"]), anything
)


@given(
    raw=anything
    | st.fixed_dictionaries(
        {},
        optional={
            "prompt_tokens": anything,
            "completion_tokens": anything,
            "total_tokens": anything,
            "prompt_tokens_details": anything | parts,
            "completion_tokens_details": anything | parts,
        },
    )
)
def test_nothing_a_provider_sends_breaks_or_goes_below_zero(raw: Any) -> None:  # B2
    usage = usage_from_openai(raw)
    counts = [value for value in vars_of(usage) if type(value) is int]
    assert all(0 <= count <= 2 * ABSURD for count in counts)
    assert usage.cached_input_tokens <= usage.input_tokens


def vars_of(usage: Usage) -> list[Any]:
    return [getattr(usage, name) for name in Usage.__slots__]


def test_reasoning_that_is_counted_beside_is_billed_as_output() -> None:  # B1
    """xAI, recorded: the total says that reasoning is not inside completion_tokens."""
    raw = {
        "prompt_tokens": 468,
        "completion_tokens": 82,
        "total_tokens": 870,
        "prompt_tokens_details": {"text_tokens": 468, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 305},
        "completion_tokens_details": {"reasoning_tokens": 320, "audio_tokens": 0},
    }
    assert usage_from_openai(raw).output_tokens == 402


def test_reasoning_larger_than_the_output_is_beside_it() -> None:
    """Vercel's gateway, recorded: even the total leaves reasoning out; the price it states does not."""
    raw = {
        "prompt_tokens": 61,
        "completion_tokens": 10,
        "total_tokens": 71,
        "completion_tokens_details": {"reasoning_tokens": 96, "image_tokens": 0},
    }
    assert usage_from_openai(raw).output_tokens == 106


def test_audio_larger_than_the_prompt_is_beside_it() -> None:
    """Mistral's voxtral, recorded."""
    raw = {
        "prompt_tokens": 9,
        "completion_tokens": 248,
        "total_tokens": 632,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 375},
    }
    usage = usage_from_openai(raw)
    assert (usage.input_tokens, usage.input_audio_tokens) == (384, 375)


def test_thoughts_that_only_the_total_shows_are_billed_as_output() -> None:  # B1
    """Gemini's OpenAI dialect, recorded."""
    usage = usage_from_openai({"completion_tokens": 12, "prompt_tokens": 35, "total_tokens": 109})
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (35, 74, 62)


def test_a_total_alone_is_the_input() -> None:
    """Voyage's embeddings, recorded."""
    usage = usage_from_openai({"total_tokens": 18})
    assert (usage.input_tokens, usage.output_tokens) == (18, 0)


def test_reasoning_inside_the_output_stays_inside() -> None:
    raw = {
        "prompt_tokens": 10,
        "completion_tokens": 300,
        "total_tokens": 310,
        "completion_tokens_details": {"reasoning_tokens": 256},
    }
    assert usage_from_openai(raw).output_tokens == 300
