"""OpenAI's dialect, straight through."""

from collections.abc import Mapping
from typing import Any

from billing.dataplane.usage import Usage, usage_from_openai
from routing.providers.openai_compatible import normal, request, response
from routing.providers.openai_compatible.stream import ChatStream
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.openai_errors import error_from_body
from routing.wire.tokens import COUNTED_CHARS, count, extrapolated, text_of


class OpenAICompatibleAdapter(ChatStream):
    """One attempt at a server that speaks OpenAI's dialect; its stream is in the parent."""

    __slots__ = ("_call",)
    dialect = "openai_chat"
    path = ""  # where another than the operation's own

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        self._needs_done = target.settings.get("done") != "optional"
        return request.build(call, target, self.dialect, self.path)

    def parse(self, body: bytes) -> Answer:
        data = response.parse(self._call.operation, body)
        usage = data.get("usage")
        if usage is not None:
            self.usage = usage_from_openai(usage)
        elif self._call.operation == "chat":
            self._keep_answer(data["choices"])
        straight = self._call.dialect == self.dialect or self._call.operation != "chat"
        return Answer(body, None if straight else normal.answer(data))

    def _keep_answer(self, choices: list[Any]) -> None:
        """Remember what was written, for an estimate."""
        self._keep(text_of([choice.get("message") for choice in choices if isinstance(choice, dict)]))

    def estimate(self) -> None:
        body = self._call.body if self._call.dialect == self.dialect else self._call.chat
        prompt = text_of(body.get("messages") or body.get("input") or body.get("prompt"))
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        self.usage = Usage(input_tokens=count(prompt), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
