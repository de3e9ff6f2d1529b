"""What OpenAI's Responses API does beside answering: counting a prompt, and making a long conversation short.

https://platform.openai.com/docs/api-reference/responses/input-tokens
https://platform.openai.com/docs/api-reference/responses/compact
"""

from routing.providers.openai_responses import request, response
from routing.providers.openai_responses.adapter import OpenAIResponsesAdapter
from routing.wire import json_text
from routing.wire.contract import Answer, Call, ErrorKind, Json, Outgoing, Target, UpstreamError
from routing.wire.responses import DIALECT

_COUNTED = (
    "input", "instructions", "previous_response_id", "reasoning", "text", "tools", "tool_choice",
    "parallel_tool_calls", "truncation",
)  # fmt: skip
# Of a chat, what the count depends on; the rest could only be in the way.
_COUNTED_OF_CHAT = (
    "model", "messages", "tools", "tool_choice", "functions", "function_call", "parallel_tool_calls",
    "response_format", "verbosity", "reasoning_effort", "thinking", "web_search_options",
)  # fmt: skip


class OpenAIResponsesCount(OpenAIResponsesAdapter):
    """One count. Nothing is charged for it."""

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        if call.dialect == DIALECT:
            body = request.straight(call.body)
        else:
            chat = {name: call.chat[name] for name in _COUNTED_OF_CHAT if name in call.chat}
            body = request.translated(Call("chat", "", chat, call.model, warnings=call.warnings))
        counted = {name: body[name] for name in _COUNTED if body.get(name) is not None}
        return Outgoing(f"{request.PATH}/input_tokens", _written({**counted, "model": target.model}))

    def parse(self, body: bytes) -> Answer:
        count = response.object_in(body).get("input_tokens")
        if type(count) is not int:
            raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no count.", 200)
        return Answer(body, None if self._call.dialect == DIALECT else {"input_tokens": count})

    def estimate(self) -> None:
        """A count uses nothing."""


class OpenAIResponsesCompact(OpenAIResponsesAdapter):
    """One conversation made short. What comes of it only OpenAI can read, so it goes through as it is."""

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call = call
        return Outgoing(f"{request.PATH}/compact", _written({**request.straight(call.body), "model": target.model}))

    def parse(self, body: bytes) -> Answer:
        data = response.parse(body)
        self.usage = response.usage_of(data)
        return Answer(body)


def _written(body: Json) -> bytes:
    try:
        return json_text.write(body)
    except json_text.InvalidJson:  # it reads deeper than it writes
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None
