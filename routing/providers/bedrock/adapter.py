"""Bedrock's chats: Converse for all models and callers, and Claude's own dialect for callers who speak it."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage, usage_from_anthropic
from routing.providers.bedrock import response
from routing.providers.bedrock.claude import ClaudeStream, body_of, guardrail_headers
from routing.providers.bedrock.errors import error_from_answer
from routing.providers.bedrock.request import converse, draft_of, outgoing
from routing.providers.bedrock.stream import ConverseStream
from routing.wire.anthropic import DIALECT as ANTHROPIC
from routing.wire.aws_eventstream import Message
from routing.wire.contract import Answer, Call, Event, Outgoing, Target, UpstreamError
from routing.wire.prompt_size import prompt_tokens
from routing.wire.reading import answer_in, no_answer
from routing.wire.tokens import COUNTED_CHARS, extrapolated, text_of


class BedrockAdapter(ConverseStream):
    """One attempt at Converse; its stream is in the parent."""

    __slots__ = ("_call",)
    dialect = "bedrock_converse"

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        draft = draft_of(call, target)
        self.begin(draft)
        body = converse(call.chat, target, draft)
        return outgoing("converse-stream" if call.stream else "converse", body, target)

    def parse(self, body: bytes) -> Answer:
        choice, self.usage = response.parse(body, self._draft)
        self._keep(text_of(choice["message"]))
        return Answer(body, {**self._frame, "object": "chat.completion", "choices": [choice]})

    def estimate(self) -> None:
        """What was written by our count; what was read too, unless the provider has told it at the start."""
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        if self.usage.is_empty:
            self.usage = Usage(input_tokens=prompt_tokens(self._call.chat))
        self.usage.output_tokens, self.usage.source = wrote, "estimate"

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_answer(status, headers, body)


class BedrockMessagesAdapter(BedrockAdapter):
    """One attempt for a caller of Anthropic's dialect. Claude understands it as it is; for others it is translated."""

    __slots__ = ("_claude", "dialect")

    def build(self, call: Call, target: Target) -> Outgoing:
        draft = draft_of(call, target)
        if not draft.model.is_claude_since(2, 0):
            self._claude, self.dialect = None, BedrockAdapter.dialect
            return super().build(call, target)
        self._call, self._claude, self.dialect = call, ClaudeStream(), ANTHROPIC
        self.begin(draft)
        path = "invoke-with-response-stream" if call.stream else "invoke"
        made = outgoing(path, body_of(call, target, draft), target)
        made.headers += guardrail_headers(target)
        return made

    def parse(self, body: bytes) -> Answer:
        if self._claude is None:
            return super().parse(body)
        data = answer_in(body)
        if not isinstance(data.get("content"), list):
            raise no_answer("message")
        if "usage" in data:
            self.usage = usage_from_anthropic(data["usage"])
        else:
            self._keep(text_of(data["content"]))
        return Answer(body)

    def _answer_event(self, message: Message) -> Event | None:
        if self._claude is None:
            return super()._answer_event(message)
        found = self._claude.read(message)
        self.usage, self.failed = self._claude.usage, self._claude.failed
        if found is None:
            self.malformed += self.failed is None
            return None
        event, text = found
        self._keep(text)
        self._ended = self._metered = event.last
        return event
