"""Token counts as the providers' documents define them, read from the recorded usage objects."""

from billing.dataplane.usage import Usage
from tests.conformance.meaning import Json


def counted(usage: Usage) -> dict[str, int]:
    return {"input": usage.input_tokens, "output": usage.output_tokens, "cached": usage.cached_input_tokens}


def expected(dialect: str, raw: Json) -> dict[str, int]:
    """The counts that the recorded object settles; those that it leaves open are absent."""
    return {name: value for name, value in _READ[dialect](raw).items() if isinstance(value, int)}


def _openai(raw: Json) -> Json:
    cached = (raw.get("prompt_tokens_details") or {}).get("cached_tokens")
    prompt, output, total = (raw.get(f"{part}_tokens") for part in ("prompt", "completion", "total"))
    if isinstance(total, int) and total > (prompt or 0) + (output or 0):
        prompt = output = None  # thoughts or audio are counted in the total alone: which part they are, this cannot say
    if ((raw.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0) > (output or 0):
        output = None  # thoughts are counted beside the answer
    if cached and prompt and cached > prompt:
        cached = None  # cannot be
    return {"input": prompt, "output": output, "cached": cached}


def _responses(raw: Json) -> Json:
    cached = (raw.get("input_tokens_details") or {}).get("cached_tokens")
    return {"input": raw.get("input_tokens"), "output": raw.get("output_tokens"), "cached": cached}


def _anthropic(raw: Json) -> Json:
    known = "input_tokens" in raw and "cache_read_input_tokens" in raw
    parts = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    whole = sum(raw.get(part) or 0 for part in parts) if known else None
    counts = {"input": whole, "output": raw.get("output_tokens"), "cached": raw.get("cache_read_input_tokens")}
    for step in raw.get("iterations") or []:
        if step.get("type") == "compaction":  # billed as well, and told here alone
            counts = {name: _plus(counts[name], value) for name, value in _anthropic(step).items()}
    return counts


def _plus(one: object, other: object) -> object:
    return one + other if isinstance(one, int) and isinstance(other, int) else None


def _gemini(raw: Json) -> Json:
    output = (raw.get("candidatesTokenCount") or 0) + (raw.get("thoughtsTokenCount") or 0)
    prompt = (raw.get("promptTokenCount") or 0) + (raw.get("toolUsePromptTokenCount") or 0)
    return {"input": prompt, "output": output, "cached": raw.get("cachedContentTokenCount")}


def _converse(raw: Json) -> Json:
    beside = (raw.get("cacheReadInputTokens") or 0) + (raw.get("cacheWriteInputTokens") or 0)
    return {
        "input": raw.get("inputTokens", 0) + beside,
        "output": raw.get("outputTokens"),
        "cached": raw.get("cacheReadInputTokens"),
    }


def _cohere(raw: Json) -> Json:
    """What is billed."""
    billed = raw.get("billed_units") or {}
    return {"input": billed.get("input_tokens"), "output": billed.get("output_tokens")}


def _ollama(raw: Json) -> Json:
    return {"input": raw.get("prompt_eval_count"), "output": raw.get("eval_count")}


_READ = {
    "cohere": _cohere,
    "ollama": _ollama,
    "openai_completions": _openai,
    "openai_chat": _openai,
    "openai_responses": _responses,
    "anthropic_messages": _anthropic,
    "gemini": _gemini,
    "converse": _converse,
    "invoke": lambda raw: _converse(raw) if "inputTokens" in raw else {},
}
