"""OpenAI's adapters, sent to a deployment. The Responses API needs none of it: its path names no deployment."""

from dataclasses import replace
from urllib.parse import quote

from routing.providers.azure_openai.address import DATED
from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.providers.openai_compatible.completions import OpenAICompletionsAdapter
from routing.wire.contract import Call, Outgoing, Target

# Versions before it refuse to be asked for the usage of a stream, and do not say it.
# https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
KNOWS_STREAM_OPTIONS = "2024-09-01"


class AzureAdapter(OpenAICompatibleAdapter):
    """Chats and embeddings."""

    __slots__ = ()

    def build(self, call: Call, target: Target) -> Outgoing:
        return _at_deployment(super().build(call, _as_dated(target)), target)


class AzureCompletionsAdapter(OpenAICompletionsAdapter):
    """Legacy completions."""

    __slots__ = ()

    def build(self, call: Call, target: Target) -> Outgoing:
        return _at_deployment(super().build(call, _as_dated(target)), target)


def _as_dated(target: Target) -> Target:
    version = target.settings.get("api_version", "")
    if target.base_url.endswith(DATED) and version < KNOWS_STREAM_OPTIONS:
        return replace(target, settings={**target.settings, "usage": "unasked"})
    return target


def _at_deployment(outgoing: Outgoing, target: Target) -> Outgoing:
    if target.base_url.endswith(DATED):
        outgoing.path = f"/deployments/{quote(target.model, safe='')}{outgoing.path}"
    return outgoing
