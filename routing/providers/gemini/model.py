"""What a model's name tells of what it can do. https://ai.google.dev/gemini-api/docs/models"""

import re

_VERSION = re.compile(r"gemini-(\d+(?:\.\d+)?)")
NEWEST = 99.0


def version(model: str) -> float:
    """2.5 for gemini-2.5-pro; `NEWEST` for names that move on (gemini-flash-latest); 0 for what is no Gemini."""
    found = _VERSION.search(model)
    if found:
        return float(found[1])
    return NEWEST if "gemini" in model else 0.0


def is_pro(model: str) -> bool:
    return "-pro" in model


def signs_calls(model: str) -> bool:
    """Whether it refuses function calls of its own past that lack a signature.

    https://ai.google.dev/gemini-api/docs/thought-signatures
    """
    return version(model) >= 3
