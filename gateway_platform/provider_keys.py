"""Providers that `make up` sets up by itself when their API key lies in the environment.

The models are a start: add more on the page Deployments.
"""

import re
from dataclasses import dataclass

from routing.providers.catalog import CATALOG
from routing.providers.registry import KINDS


@dataclass(frozen=True)
class KnownProvider:
    kind: str  # the account's kind, and its name
    models: tuple[str, ...]

    @property
    def variable(self) -> str:
        """The environment variable with the API key."""
        return KINDS[self.kind].key_variable


PROVIDERS = (
    KnownProvider("openai", ("gpt-4o-mini", "gpt-5-mini", "text-embedding-3-small")),
    KnownProvider("anthropic", ("claude-haiku-4-5", "claude-sonnet-4-5")),
    KnownProvider("gemini", ("gemini-2.5-flash", "gemini-2.5-pro")),
    *(KnownProvider(row.slug, row.models) for row in CATALOG.values() if row.models),
)


def slug(model: str) -> str:
    """A deployment's name for a model: its last part, in the characters that names may have."""
    return re.sub(r"[^a-z0-9._-]+", "-", model.rsplit("/", 1)[-1].lower()).strip("._-")[:60]
