"""What a Claude model takes, read from its name, so that a request in other words is never refused for it.

https://platform.claude.com/docs/en/about-claude/models/migration-guide
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# Room for an answer where the caller names none: Anthropic wants a number, OpenAI's callers seldom give one.
DEFAULT_MAX_TOKENS = 16_384
ADAPTIVE_MAX_TOKENS = 32_000  # thoughts are inside
# The most that older models write.
_OLDER_MAX_TOKENS = {(3, 0): 4_096, (3, 5): 8_192}
_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d)(?:[-.](\d{1,2}))?(?!\d)|claude-(instant|2)")


@dataclass(frozen=True, slots=True)
class Traits:
    """``thinking``: none, budget (in tokens), or adaptive (with an effort)."""

    thinking: str = "budget"
    budgets: bool = True  # takes a budget, if asked with one
    efforts: tuple[str, ...] = ()
    thinks_unasked: bool = False
    can_stop_thinking: bool = True
    hides_thoughts: bool = False  # unless asked to show a summary
    sampling: bool = True  # temperature, top_p, top_k
    both_samplings: bool = True  # temperature and top_p in one request
    structured: bool = False  # output_config.format, strict tools
    max_tokens: int = DEFAULT_MAX_TOKENS


@lru_cache(maxsize=1024)
def traits(model: str) -> Traits:
    """Of a Claude model by its version; of anything else what most look-alikes take."""
    if "claude-mythos-preview" in model:
        return _of((5, 0), model)
    found = _VERSION.search(model)
    if found is None:
        return Traits(both_samplings="claude" not in model)
    if found[3]:
        return _of((2, 0), model)
    return _of((int(found[1]), int(found[2] or 0)), model)


def _of(version: tuple[int, int], model: str) -> Traits:
    always = re.search(r"claude-(mythos|fable)", model) is not None
    return Traits(
        thinking="none" if version < (3, 7) else "budget" if version < (4, 6) else "adaptive",
        budgets=version < (4, 7),
        efforts=() if version < (4, 6) else _efforts(version),
        thinks_unasked=version >= (5, 0),
        can_stop_thinking=not always,
        hides_thoughts=version >= (4, 7),
        sampling=version < (4, 7),
        both_samplings=version < (4, 1),
        structured=version >= (4, 5) or (version == (4, 1) and "opus" in model),
        max_tokens=_max_tokens(version),
    )


def _max_tokens(version: tuple[int, int]) -> int:
    newer = ADAPTIVE_MAX_TOKENS if version >= (4, 6) else DEFAULT_MAX_TOKENS
    return _OLDER_MAX_TOKENS.get(max(version, (3, 0)), newer)


def _efforts(version: tuple[int, int]) -> tuple[str, ...]:
    between = ("xhigh",) if version >= (4, 7) else ()
    return ("low", "medium", "high", *between, "max")
