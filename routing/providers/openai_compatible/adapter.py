"""OpenAI's dialect, straight through."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage, usage_from_openai
from routing.providers.openai_compatible import request, response
from routing.providers.openai_compatible.stream import ChatStream
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.errors import error_from_body
from routing.wire.tokens import COUNTED_CHARS, count, extrapolated, text_of


class OpenAICompatibleAdapter(ChatStream):
    """One attempt at a server that speaks OpenAI's dialect; its stream is in the parent."""

    __slots__ = ("_call",)

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        return request.build(call, target)

    def parse(self, body: bytes) -> Answer:
        answer = response.parse(self._call.endpoint, body)
        usage = answer.data.get("usage")
        if usage is not None:
            self.usage = usage_from_openai(usage)
        elif self._call.endpoint == "chat":
            messages = [choice.get("message") for choice in answer.data["choices"] if isinstance(choice, dict)]
            self._keep(text_of(messages))
        return answer

    def estimate(self) -> None:
        prompt = text_of(self._call.body.get("messages") or self._call.body.get("input"))
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        self.usage = Usage(input_tokens=count(prompt), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
