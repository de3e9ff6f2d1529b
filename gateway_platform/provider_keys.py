"""Providers that `make up` sets up by itself when their API key lies in the environment, as data.

Each speaks OpenAI's dialect at the given address. The models are a start: add more on the page Deployments.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownProvider:
    variable: str  # the environment variable with the API key
    name: str
    base_url: str
    models: tuple[str, ...]


PROVIDERS = (
    KnownProvider(
        "OPENAI_API_KEY",
        "openai",
        "https://api.openai.com/v1",
        ("gpt-4o-mini", "gpt-5-mini", "text-embedding-3-small"),
    ),
    KnownProvider(
        "ANTHROPIC_API_KEY",
        "anthropic",
        "https://api.anthropic.com/v1",
        ("claude-haiku-4-5", "claude-sonnet-4-5"),
    ),
    KnownProvider(
        "GEMINI_API_KEY",
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("gemini-2.5-flash", "gemini-2.5-pro"),
    ),
    KnownProvider(
        "GROQ_API_KEY",
        "groq",
        "https://api.groq.com/openai/v1",
        ("llama-3.1-8b-instant", "llama-3.3-70b-versatile"),
    ),
    KnownProvider(
        "MISTRAL_API_KEY",
        "mistral",
        "https://api.mistral.ai/v1",
        ("mistral-small-latest", "mistral-large-latest"),
    ),
    KnownProvider(
        "DEEPSEEK_API_KEY",
        "deepseek",
        "https://api.deepseek.com/v1",
        ("deepseek-chat", "deepseek-reasoner"),
    ),
    KnownProvider(
        "OPENROUTER_API_KEY",
        "openrouter",
        "https://openrouter.ai/api/v1",
        ("openai/gpt-4o-mini", "meta-llama/llama-3.3-70b-instruct"),
    ),
    KnownProvider(
        "TOGETHER_API_KEY",
        "together",
        "https://api.together.xyz/v1",
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo",),
    ),
    KnownProvider(
        "XAI_API_KEY",
        "xai",
        "https://api.x.ai/v1",
        ("grok-4", "grok-3-mini"),
    ),
    KnownProvider(
        "FIREWORKS_API_KEY",
        "fireworks",
        "https://api.fireworks.ai/inference/v1",
        ("accounts/fireworks/models/gpt-oss-20b",),
    ),
    KnownProvider(
        "CEREBRAS_API_KEY",
        "cerebras",
        "https://api.cerebras.ai/v1",
        ("gpt-oss-120b", "llama-3.3-70b"),
    ),
    KnownProvider(
        "PERPLEXITY_API_KEY",
        "perplexity",
        "https://api.perplexity.ai",
        ("sonar", "sonar-pro"),
    ),
)


def slug(model: str) -> str:
    """A deployment's name for a model: its last part, in the characters that names may have."""
    return re.sub(r"[^a-z0-9._-]+", "-", model.rsplit("/", 1)[-1].lower()).strip("._-")[:60]
