"""Legacy completions, straight through: a prompt goes out, texts come back.

Callers of chats cannot be served by a model that only continues a prompt: how a conversation is to be written down
as one differs from model to model, and a wrong form gives poor answers without a sign of it. They are refused.
"""

from typing import Any

from routing.providers.openai_compatible.adapter import OpenAICompatibleAdapter
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, UpstreamError


class OpenAICompletionsAdapter(OpenAICompatibleAdapter):
    """One attempt at a server that has `/completions`; all but the place of the text is as in a chat."""

    __slots__ = ()
    dialect = "openai_completions"
    path = "/completions"

    def build(self, call: Call, target: Target) -> Outgoing:
        if call.dialect != self.dialect:
            message = "This model continues a prompt (/v1/completions); it holds no chats."
            raise UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param="messages")
        return super().build(call, target)

    def _keep_answer(self, choices: list[Any]) -> None:
        self._has_content(choices)

    def _has_content(self, choices: list[Json]) -> bool:
        found = False
        for choice in choices:
            if type(choice) is not dict:
                continue
            text = choice.get("text")
            if type(text) is str and text:
                self._keep(text)
                found = True
            if choice.get("finish_reason") is not None:
                found = self._finished = True
        return found
