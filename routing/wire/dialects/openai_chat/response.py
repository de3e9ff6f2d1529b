"""Whole answers in OpenAI's chat dialect: the internal form with its usage set out."""

from typing import Any

from billing.dataplane.usage import Usage
from routing.wire.contract import Call, Json


def answer(chat: Json, usage: Usage, call: Call) -> Json:
    """The internal form as it is, with usage as OpenAI counts it, and the fields that OpenAI never leaves out."""
    told = {**chat, "usage": usage_object(usage)}
    if isinstance(chat.get("choices"), list):
        told["choices"] = [_choice(choice) for choice in chat["choices"]]
    return told


def _choice(choice: Any) -> Any:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        return choice
    return {"logprobs": None, **choice, "message": {"content": None, "refusal": None, **message}}


def usage_object(usage: Usage) -> Json:
    """OpenAI's `usage`: cached tokens inside the prompt, reasoning inside the completion."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "audio_tokens": usage.input_audio_tokens,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": usage.output_audio_tokens,
        },
    }
