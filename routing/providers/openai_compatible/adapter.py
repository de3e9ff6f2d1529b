"""OpenAI's dialect, straight through."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage, usage_from_openai
from routing.providers.openai_compatible import request, response
from routing.providers.openai_compatible.stream import ChatStream
from routing.wire.contract import Answer, Call, Event, Outgoing, Target, UpstreamError
from routing.wire.errors import error_from_body
from routing.wire.tokens import count, text_of


class OpenAICompatibleAdapter:
    """One attempt at a server that speaks OpenAI's dialect."""

    __slots__ = ("_call", "_output", "_stream", "usage")

    def __init__(self) -> None:
        self.usage = Usage()
        self._stream = ChatStream()
        self._output = ""

    @property
    def failed(self) -> UpstreamError | None:
        return self._stream.failed

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        return request.build(call, target)

    def parse(self, body: bytes) -> Answer:
        answer = response.parse(self._call.endpoint, body)
        raw = answer.data.get("usage")
        if raw is not None:
            self.usage = usage_from_openai(raw)
        elif self._call.endpoint == "chat":
            self._output = text_of([choice.get("message") for choice in answer.data["choices"]])
        return answer

    def feed(self, data: bytes) -> list[Event]:
        return self._keep_usage(self._stream.feed(data))

    def finish(self) -> list[Event]:
        return self._keep_usage(self._stream.finish())

    def estimate(self) -> None:
        output = self._output or "".join(self._stream.texts)
        prompt = text_of(self._call.body.get("messages") or self._call.body.get("input"))
        self.usage = Usage(input_tokens=count(prompt), output_tokens=count(output), source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)

    def _keep_usage(self, events: list[Event]) -> list[Event]:
        if self._stream.usage is not None:
            self.usage = self._stream.usage
        return events
