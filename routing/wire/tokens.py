"""Counting tokens ourselves, for when a provider does not say. An estimate: the o200k vocabulary for every model."""

from functools import cache
from typing import Any

import bpe_openai

# Counting is done on the event loop, so it is bounded: a few milliseconds at most.
COUNTED_CHARS = 2_000


@cache
def _encoding() -> Any:
    return bpe_openai.get_encoding("o200k_base")


def count(text: str) -> int:
    """Tokens in a text; above ``COUNTED_CHARS`` characters extrapolated from its beginning."""
    if not text:
        return 0
    sample = text[:COUNTED_CHARS]
    tokens = len(_encoding().encode(sample, disallowed_special=()))
    return tokens if len(text) <= COUNTED_CHARS else tokens * len(text) // len(sample)


def text_of(value: Any) -> str:
    """All text in a message, a list of parts or an input, joined; images and audio count nothing here."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(text_of(item) for item in value)
    if isinstance(value, dict):
        return "\n".join(text_of(value[name]) for name in _TEXT_FIELDS if name in value)
    return ""


# Where text stands in messages, parts and tool calls.
_TEXT_FIELDS = (
    "content",
    "text",
    "reasoning_content",
    "reasoning",
    "refusal",
    "tool_calls",
    "function",
    "name",
    "arguments",
)
