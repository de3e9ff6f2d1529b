"""What a request used, in tokens, as one shape for every provider."""

from dataclasses import dataclass
from typing import Any

# More than any model takes in one request: a count above it is a provider's mistake, never billed.
ABSURD = 100_000_000


@dataclass(slots=True)
class Usage:
    """Token counts of one attempt.

    ``input_tokens`` is the whole prompt: cached, cache-write and audio tokens are inside it, whatever the
    provider's own convention. ``output_tokens`` holds reasoning and audio tokens. ``source``: "provider",
    "estimate", or "none".
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    input_audio_tokens: int = 0
    cached_audio_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    output_audio_tokens: int = 0
    source: str = "none"
    absurd: bool = False  # the provider sent counts that cannot be: kept out of the sums, row marked unpriced

    @property
    def is_empty(self) -> bool:
        return not (self.input_tokens or self.output_tokens)


def usage_from_openai(raw: Any) -> Usage:
    """Read OpenAI's `usage` object, where cached tokens are inside `prompt_tokens`.

    Missing or null fields count 0. A count that is negative, no integer, or above ``ABSURD`` makes the usage
    absurd.
    """
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    prompt, completion = _details(raw, "prompt_tokens_details"), _details(raw, "completion_tokens_details")
    counts = {
        "input_tokens": raw.get("prompt_tokens"),
        "cached_input_tokens": prompt.get("cached_tokens"),
        "cache_write_tokens": prompt.get("cache_write_tokens"),
        "input_audio_tokens": prompt.get("audio_tokens"),
        "output_tokens": raw.get("completion_tokens"),
        "reasoning_tokens": completion.get("reasoning_tokens"),
        "output_audio_tokens": completion.get("audio_tokens"),
    }
    usage = usage_from_counts(counts)
    _take_in(usage, raw.get("total_tokens"))
    return usage


def usage_from_counts(counts: dict[str, Any]) -> Usage:
    """A provider's counts, checked: fields of `Usage` → what the provider said."""
    given = {name: value for name, value in counts.items() if value is not None and value != 0}
    for name, value in given.items():
        if type(value) is float and value.is_integer():
            given[name] = value = int(value)
        if type(value) is not int or not 0 <= value <= ABSURD:
            return Usage(source="provider", absurd=True)
    usage = Usage(source="provider", **given)
    if usage.cached_input_tokens > usage.input_tokens:
        return Usage(source="provider", absurd=True)
    return usage


def _take_in(usage: Usage, total: Any) -> None:
    """Put inside what a look-alike counts beside: Mistral audio, Vercel and xAI reasoning.

    It shows where a part is larger than its whole, or in the total. That alone has Gemini's thoughts, and all of
    Voyage's input.
    """
    if usage.input_audio_tokens > usage.input_tokens:
        usage.input_tokens += usage.input_audio_tokens
    if usage.reasoning_tokens > usage.output_tokens:
        usage.output_tokens += usage.reasoning_tokens
    beyond = total - usage.input_tokens - usage.output_tokens if type(total) is int and total <= ABSURD else 0
    if beyond <= 0 or usage.absurd:
        return
    if usage.is_empty:
        usage.input_tokens = beyond
    else:
        usage.output_tokens += beyond
        usage.reasoning_tokens = max(usage.reasoning_tokens, beyond)


def _details(raw: dict[str, Any], name: str) -> dict[str, Any]:
    details = raw.get(name)
    return details if isinstance(details, dict) else {}
