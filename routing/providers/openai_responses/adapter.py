"""OpenAI's Responses API: straight through, or for callers of other dialects."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.openai_responses import request, response
from routing.providers.openai_responses.chunks import Chunks
from routing.providers.openai_responses.stream import ResponsesStream
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.openai_errors import error_from_body
from routing.wire.responses import DIALECT
from routing.wire.tokens import COUNTED_CHARS, count, extrapolated, text_of


class OpenAIResponsesAdapter(ResponsesStream):
    """One attempt at a server that has the Responses API; its stream is in the parent."""

    dialect = DIALECT

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        outgoing = request.build(call, target)
        if call.dialect != DIALECT:
            self._custom = request.custom_names(call.chat)
            self._chunks = Chunks(self._custom)
        return outgoing

    def parse(self, body: bytes) -> Answer:
        data = response.parse(body)
        self.answer, self.usage = data, response.usage_of(data)
        if self.usage.source == "none":
            self._keep(text_of([data["output"]]))
        return Answer(body, None if self._call.dialect == DIALECT else response.to_chat(data, self._custom))

    def estimate(self) -> None:
        body = self._call.body
        asked = [body.get("instructions"), body.get("input") or body.get("messages") or body.get("prompt")]
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        self.usage = Usage(input_tokens=count(text_of(asked)), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
