"""Anthropic's dialect: straight through for callers who speak it, translated for all others."""

import time
from collections.abc import Mapping

from billing.dataplane.usage import Usage, usage_from_anthropic
from routing.providers.anthropic import request, response
from routing.providers.anthropic.chunks import Chunks
from routing.providers.anthropic.draft import Draft
from routing.providers.anthropic.errors import error_from_body
from routing.providers.anthropic.stream import MessageStream
from routing.wire.anthropic import DIALECT
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.prompt_size import prompt_tokens
from routing.wire.tokens import COUNTED_CHARS, extrapolated, text_of


class AnthropicAdapter(MessageStream):
    """One attempt at a server that speaks Anthropic's dialect; its stream is in the parent."""

    __slots__ = ("_call", "_created", "_draft")
    dialect = DIALECT

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call, self._created = call, int(time.time())
        outgoing, self._draft = self._request(call, target)
        if call.stream and call.dialect != DIALECT:
            self._chunks = Chunks(self._created, self._draft)
        return outgoing

    def _request(self, call: Call, target: Target) -> tuple[Outgoing, Draft]:
        return request.build(call, target)

    def parse(self, body: bytes) -> Answer:
        data = response.parse(self._call.operation, body)
        if self._call.operation == "count_tokens":
            return Answer(body, None if self._call.dialect == DIALECT else {"input_tokens": data["input_tokens"]})
        if isinstance(data.get("usage"), dict):
            self.usage = usage_from_anthropic(data["usage"])
        else:
            self._keep({"text": text_of(data["content"])})
        if self._call.dialect == DIALECT:
            return Answer(body)
        return Answer(body, response.completion(data, self._created, self._draft))

    def estimate(self) -> None:
        """What was written by our count; what was read too, unless the provider has told it at the start."""
        if self._call.operation == "count_tokens":
            return
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        if self.usage.is_empty:
            self.usage = Usage(input_tokens=prompt_tokens(self._call.chat))
        self.usage.output_tokens = max(wrote, self.usage.reasoning_tokens)
        self.usage.source = "estimate"

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
