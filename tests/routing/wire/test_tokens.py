"""Our own count of tokens: close, bounded in time, and unmoved by odd shapes."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.wire.tokens import COUNTED_CHARS, READ_PARTS, count, extrapolated, text_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["content", "text", "function", "name", "arguments", "x"]), inner, max_size=4)
    ),
)


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("Hello, world!", 4), ("<|endoftext|>", 7), ("The quick brown fox", 4)]
)
def test_short_texts_are_counted_exactly(text: str, tokens: int) -> None:
    assert count(text) == tokens


@given(st.sampled_from(["word ", "Straße ", "日本語", "{}\n"]), st.integers(COUNTED_CHARS, 20 * COUNTED_CHARS))
def test_long_texts_are_extrapolated(piece: str, chars: int) -> None:
    text = (piece * chars)[:chars]
    beginning = text[:COUNTED_CHARS]

    assert count(text) == count(beginning) * chars // COUNTED_CHARS
    assert extrapolated(beginning, chars) == count(text)


def test_all_text_of_a_conversation_counts_in_order() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}],
        },
        {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "look", "arguments": "{}"}}]},
    ]
    assert text_of(messages) == "Be brief.\nLook:\nlook\n{}"


@given(JSON)
def test_any_shape_has_a_text(value: Any) -> None:
    assert isinstance(text_of(value), str)


def test_deep_nesting_is_no_recursion() -> None:
    value: Any = "at the bottom"
    for _ in range(READ_PARTS - 1):
        value = [value]
    assert text_of(value) == "at the bottom"


# B24: five megabytes in a million parts
@pytest.mark.parametrize("part", ["", [], {"text": "x"}], ids=["texts", "lists", "parts"])
def test_counting_is_bounded(part: Any) -> None:
    count("warm up")
    value = [part] * 1_000_000
    started = time.process_time()  # not the clock: a busy machine is no fault of ours
    count(text_of(value))
    assert time.process_time() - started < 0.1
