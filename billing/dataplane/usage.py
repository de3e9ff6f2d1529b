"""What a request used, in tokens, as one shape for every provider."""

from dataclasses import dataclass
from typing import Any

# More than any model takes in one request: a count above it is a provider's mistake, never billed.
ABSURD = 100_000_000


@dataclass(slots=True)
class Usage:
    """Token counts of one attempt.

    ``input_tokens`` is the whole prompt: cached, cache-write, audio, image and tool tokens are inside it, whatever
    the provider's own convention; likewise reasoning, audio and image tokens in ``output_tokens``, and one-hour
    writes in ``cache_write_tokens``. ``source``: "provider", "estimate", or "none".
    """

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    input_audio_tokens: int = 0
    cached_audio_tokens: int = 0
    input_image_tokens: int = 0
    cached_image_tokens: int = 0
    tool_tokens: int = 0  # what the provider's own tools put into the prompt
    output_tokens: int = 0
    reasoning_tokens: int = 0
    output_audio_tokens: int = 0
    output_image_tokens: int = 0
    searches: int = 0  # of the web, or to rank documents, made by the provider: charged each
    source: str = "none"
    absurd: bool = False  # the provider sent counts that cannot be: kept out of the sums, row marked unpriced
    doubtful: bool = False  # a part was larger than its whole and was dropped: charged without it, row marked unpriced

    @property
    def is_empty(self) -> bool:
        return not (self.input_tokens or self.output_tokens or self.searches)


NO_USAGE = Usage()  # shared: nobody writes into it


def usage_from_openai(raw: Any) -> Usage:
    """Read OpenAI's `usage` object, where cached tokens are inside the prompt; also that of its Responses.

    Missing or null fields count 0. A count that is negative, no integer, or above ``ABSURD`` makes the usage
    absurd.
    """
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    if (plain := _plain(raw)) is not None:
        return plain
    wholes = _CHAT_WHOLES if "prompt_tokens" in raw else _RESPONSES_WHOLES
    counts: dict[str, Any] = {}
    for name, value in raw.items():
        if name in wholes:
            counts[wholes[name]] = value
        elif name in _PARTS and type(value) is dict:
            parts = _PARTS[name]
            counts |= {parts[part]: number for part, number in value.items() if part in parts}
    usage = usage_from_counts(counts)
    _take_in(usage, raw.get("total_tokens"))
    return usage


def _plain(raw: dict[str, Any]) -> Usage | None:
    """The usual case: a prompt and an answer of which no part is of another class."""
    prompt, answer = raw.get("prompt_tokens"), raw.get("completion_tokens")
    if type(prompt) is not int or type(answer) is not int or raw.get("total_tokens") != prompt + answer:
        return None
    for parts in (raw.get("prompt_tokens_details"), raw.get("completion_tokens_details")):
        if parts and (type(parts) is not dict or any(parts.values())):
            return None
    within = 0 <= prompt <= ABSURD and 0 <= answer <= ABSURD
    return Usage(input_tokens=prompt, output_tokens=answer, source="provider") if within else None


_CHAT_WHOLES = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}
_RESPONSES_WHOLES = {"input_tokens": "input_tokens", "output_tokens": "output_tokens", **_CHAT_WHOLES}
_PROMPT_PARTS = {
    "cached_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "audio_tokens": "input_audio_tokens",
    "image_tokens": "input_image_tokens",
}
_COMPLETION_PARTS = {
    "reasoning_tokens": "reasoning_tokens",
    "audio_tokens": "output_audio_tokens",
    "image_tokens": "output_image_tokens",
}
_PARTS = {
    "prompt_tokens_details": _PROMPT_PARTS,
    "input_tokens_details": _PROMPT_PARTS,
    "completion_tokens_details": _COMPLETION_PARTS,
    "output_tokens_details": _COMPLETION_PARTS,
}


def usage_from_anthropic(raw: Any) -> Usage:
    """Read Anthropic's `usage` object, where cached and written tokens are beside `input_tokens`.

    What compaction and other steps of their own took is told in `iterations` alone.
    https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
    https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage
    """
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    steps = [step for step in _list(raw.get("iterations")) if step.get("type") == "compaction"]
    usages = [usage_from_counts(_anthropic_counts(one)) for one in (raw, *steps)]
    if any(usage.absurd for usage in usages):
        return Usage(source="provider", absurd=True)
    whole, *others = usages
    for other in others:
        for name in _SUMMED:
            setattr(whole, name, getattr(whole, name) + getattr(other, name))
    return whole


_SUMMED = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens")


def _anthropic_counts(raw: dict[str, Any]) -> dict[str, Any]:
    beside = [raw.get(name) or 0 for name in ("cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens")]
    countable = all(type(count) is int and count >= 0 for count in beside)
    return {
        "input_tokens": sum(beside) if countable else -1,
        "cached_input_tokens": beside[0],
        "cache_write_tokens": beside[1],
        "cache_write_1h_tokens": _details(raw, "cache_creation").get("ephemeral_1h_input_tokens"),
        "output_tokens": raw.get("output_tokens"),
        "reasoning_tokens": _details(raw, "output_tokens_details").get("thinking_tokens"),
        "searches": _details(raw, "server_tool_use").get("web_search_requests"),
    }


def usage_from_counts(counts: dict[str, Any]) -> Usage:
    """A provider's counts, checked: fields of `Usage` → what the provider said."""
    usage = Usage(source="provider")
    for name, value in counts.items():
        if value is None or value == 0:
            continue
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int or not 0 <= value <= ABSURD:
            return Usage(source="provider", absurd=True)
        setattr(usage, name, value)
    if usage.cache_write_1h_tokens > usage.cache_write_tokens:
        return Usage(source="provider", absurd=True)
    if usage.cached_input_tokens > usage.input_tokens:  # as Azure's /models counts, whose other counts are right
        usage.cached_input_tokens, usage.doubtful = 0, True
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


def _list(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
