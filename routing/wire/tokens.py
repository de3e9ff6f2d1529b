"""Counting tokens ourselves, for when a provider does not say. An estimate: the o200k vocabulary for every model."""

import warnings
from functools import cache
from typing import Any

with warnings.catch_warnings():  # it reads its files in a way that Python has given up
    warnings.simplefilter("ignore", DeprecationWarning)
    import bpe_openai

# Counting is done on the event loop, so it is bounded: a few milliseconds at most.
COUNTED_CHARS = 2_000
READ_PARTS = 20_000  # messages, parts and lists of them, however deep


@cache
def _encoding() -> Any:
    return bpe_openai.get_encoding("o200k_base")


def load_vocabulary() -> None:
    """Takes a fifth of a second, so it is done before the first request."""
    count("a")


def count(text: str) -> int:
    """Tokens in a text; above ``COUNTED_CHARS`` characters extrapolated from its beginning."""
    return extrapolated(text[:COUNTED_CHARS], len(text))


def extrapolated(beginning: str, chars: int) -> int:
    """Tokens in a text of so many characters that begins so."""
    if not beginning:
        return 0
    try:
        tokens = len(_encoding().encode(beginning, disallowed_special=()))
    except UnicodeEncodeError:  # half of a surrogate pair is in it
        return extrapolated(beginning.encode(errors="replace").decode(), chars)
    return tokens * chars // len(beginning)


def text_of(value: Any) -> str:
    """All text in a message, a list of parts or an input, joined; images and audio count nothing here."""
    texts: list[str] = []
    waiting = [value]
    for _ in range(READ_PARTS):
        if not waiting:
            break
        part = waiting.pop()
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, list):
            waiting.extend(part[READ_PARTS::-1])
        elif isinstance(part, dict):
            waiting.extend(part[name] for name in reversed(_TEXT_FIELDS) if name in part)
    return "\n".join(texts)


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
