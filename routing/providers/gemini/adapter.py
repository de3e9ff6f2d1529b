"""Google's dialect, for AI Studio and Vertex AI."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.gemini import request, response
from routing.providers.gemini.errors import error_from_body
from routing.providers.gemini.model import version
from routing.providers.gemini.stream import GenerateStream
from routing.providers.gemini.tools import custom_names
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.gemini import ARRAY, SSE, dicts, pick
from routing.wire.tokens import COUNTED_CHARS, count, extrapolated, text_of


class GeminiAdapter(GenerateStream):
    """One attempt at generateContent or streamGenerateContent; its stream is in the parent."""

    __slots__ = ("_call",)

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call, self._model = call, target.model
        self.dialect = ARRAY if call.dialect == ARRAY else SSE
        self._translates = call.dialect != self.dialect
        self._counts_once = version(target.model) < 3
        if self._translates:
            self._custom = custom_names(call)
        return request.build(call, target)

    def parse(self, body: bytes) -> Answer:
        data = response.parsed(body)
        self._raw_usage = pick(data, "usageMetadata")
        response.checked(data)
        self._searches = response.searches_in(data, self._counts_once)
        self._note(dicts(data.get("candidates")))
        return Answer(body, response.chat_of(data, self._model, self._custom) if self._translates else None)

    def estimate(self) -> None:
        said = self._call.chat.get("messages") if self._translates else _own_parts(self._call)
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        self.usage = Usage(input_tokens=count(text_of(said)), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)


def _own_parts(call: Call) -> list[object]:
    """What a caller of Google's dialect said."""
    contents = [*dicts(pick(call.body, "systemInstruction")), *dicts(call.body.get("contents"))]
    return [content.get("parts") for content in contents]
