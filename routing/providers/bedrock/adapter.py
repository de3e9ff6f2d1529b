"""Bedrock's Converse API, in front of which every caller's dialect is translated."""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.bedrock import response
from routing.providers.bedrock.errors import error_from_answer
from routing.providers.bedrock.request import converse, draft_of, outgoing
from routing.providers.bedrock.stream import ConverseStream
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.tokens import COUNTED_CHARS, count, extrapolated, text_of


class BedrockAdapter(ConverseStream):
    """One attempt; its stream is in the parent."""

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
        prompt = text_of(self._call.chat.get("messages"))
        wrote = extrapolated("".join(self.texts)[:COUNTED_CHARS], self.chars)
        self.usage = Usage(input_tokens=count(prompt), output_tokens=wrote, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_answer(status, headers, body)
