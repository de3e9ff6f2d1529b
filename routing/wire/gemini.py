"""Google's words, for the provider adapter and the client dialect, which both speak them.

Google reads its JSON in camelCase and in snake_case alike, so a field is always taken with `pick`.
https://ai.google.dev/api/generate-content
"""

import re
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.wire.contract import Json

SSE, ARRAY = "gemini", "gemini_array"  # the two framings of Google's streams, each a client dialect of ours
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")

_FILTERED = (
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR",
    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
)  # fmt: skip
FINISH_REASONS = {"STOP": "stop", "MAX_TOKENS": "length", **dict.fromkeys(_FILTERED, "content_filter")}
# Google's SDKs of the older kind ask for enums as numbers.
_FINISH_NUMBERS = (
    "FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL",
)  # fmt: skip
_MODALITY_NUMBERS = ("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT")

# What other dialects carry of Google's signatures in the signature of a thinking block, and where it belongs:
# "google.<number of the tool call, text or thought>.<signature>". Nobody but Google understands them.
GOOGLE_SIGNATURE = "google."
# Google's own word for a function call that another model made.
# https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
NO_SIGNATURE = "skip_thought_signature_validator"


def pick(source: Json, name: str, default: Any = None) -> Any:
    """A field by its camelCase name, in either of its spellings; the default also for null."""
    value = source.get(name)
    if value is None:
        value = source.get(_HUMP.sub(r"_\1", name).lower())
    return default if value is None else value


def dicts(value: Any) -> list[Json]:
    """A list of objects; a single one is taken for a list of one, as Google does. What is no object is left out."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def finish_name(reason: Any) -> str:
    """Google's name of a finish reason; empty if there is none."""
    if type(reason) is int:
        return _FINISH_NUMBERS[reason] if 0 < reason < len(_FINISH_NUMBERS) else "OTHER"
    return reason if isinstance(reason, str) and reason != "FINISH_REASON_UNSPECIFIED" else ""


def tagged_signature(place: str, signature: str) -> str:
    """One of Google's signatures as a thinking block of other dialects carries it."""
    return f"{GOOGLE_SIGNATURE}{place}.{signature}"


def untagged_signature(signature: Any) -> tuple[str, str] | None:
    """Place and signature; None for a signature that is not Google's."""
    if not isinstance(signature, str) or not signature.startswith(GOOGLE_SIGNATURE):
        return None
    place, _, own = signature.removeprefix(GOOGLE_SIGNATURE).partition(".")
    return place, own


def signature_in(holder: Json) -> str | None:
    """The signature in the `extra_content` of a message or tool call, as Google's own OpenAI endpoint has it."""
    extra = holder.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    signature = google.get("thought_signature") if isinstance(google, dict) else None
    return signature if isinstance(signature, str) and signature else None


def usage_from_google(raw: Any) -> Usage:
    """Read `usageMetadata`: cached tokens are inside the prompt; thoughts and the prompts of tools are beside.

    https://ai.google.dev/api/generate-content#UsageMetadata
    """
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    prompt, tools = _count(raw, "promptTokenCount"), _count(raw, "toolUsePromptTokenCount")
    answer, thoughts = _count(raw, "candidatesTokenCount"), _count(raw, "thoughtsTokenCount")
    given = [*_by_modality(raw, "promptTokensDetails"), *_by_modality(raw, "toolUsePromptTokensDetails")]
    cached, made = _by_modality(raw, "cacheTokensDetails"), _by_modality(raw, "candidatesTokensDetails")
    counts = {
        "input_tokens": _sum(prompt, tools),
        "cached_input_tokens": _count(raw, "cachedContentTokenCount"),
        "input_audio_tokens": _of(given, "AUDIO"),
        "cached_audio_tokens": _of(cached, "AUDIO"),
        "input_image_tokens": _of(given, "IMAGE", "DOCUMENT"),
        "cached_image_tokens": _of(cached, "IMAGE", "DOCUMENT"),
        "tool_tokens": tools,
        "output_tokens": _sum(answer, thoughts),
        "reasoning_tokens": thoughts,
        "output_audio_tokens": _of(made, "AUDIO"),
        "output_image_tokens": _of(made, "IMAGE"),
    }
    return usage_from_counts(counts)


def usage_metadata(usage: Usage) -> Json:
    """The same as Google words it."""
    found = {
        "promptTokenCount": usage.input_tokens - usage.tool_tokens,
        "toolUsePromptTokenCount": usage.tool_tokens,
        "cachedContentTokenCount": usage.cached_input_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "thoughtsTokenCount": usage.reasoning_tokens,
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
        "promptTokensDetails": _details(AUDIO=usage.input_audio_tokens, IMAGE=usage.input_image_tokens),
        "cacheTokensDetails": _details(AUDIO=usage.cached_audio_tokens, IMAGE=usage.cached_image_tokens),
        "candidatesTokensDetails": _details(AUDIO=usage.output_audio_tokens, IMAGE=usage.output_image_tokens),
    }
    always = {"promptTokenCount", "candidatesTokenCount", "totalTokenCount"}
    return {name: value for name, value in found.items() if value or name in always}


def _count(raw: Json, name: str) -> Any:
    return pick(raw, name, 0)


def _sum(*counts: Any) -> int:
    """-1, which no usage has, if one of them is no count."""
    return sum(counts) if all(type(count) is int and count >= 0 for count in counts) else -1


def _by_modality(raw: Json, name: str) -> list[tuple[str, Any]]:
    found = []
    for detail in dicts(pick(raw, name)):
        modality = detail.get("modality")
        if type(modality) is int and 0 <= modality < len(_MODALITY_NUMBERS):
            modality = _MODALITY_NUMBERS[modality]
        found.append((str(modality), _count(detail, "tokenCount")))
    return found


def _of(details: list[tuple[str, Any]], *modalities: str) -> int:
    return _sum(*(count for modality, count in details if modality in modalities))


def _details(**counts: int) -> list[Json]:
    return [{"modality": modality, "tokenCount": count} for modality, count in counts.items() if count]
