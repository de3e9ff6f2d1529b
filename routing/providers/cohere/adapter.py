"""Cohere's chats, translated for all callers."""

import time
from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.cohere import request, response
from routing.providers.cohere.stream import CohereStream
from routing.wire.contract import Answer, Call, Outgoing, Target, UpstreamError
from routing.wire.openai_errors import error_from_body
from routing.wire.prompt_size import prompt_tokens
from routing.wire.reading import answer_in, text_in, written
from routing.wire.tokens import text_of

BASE_URL = "https://api.cohere.com/v2"


class CohereAdapter(CohereStream):
    """One attempt at a chat; its stream is in the parent."""

    __slots__ = ("_call", "_model")
    dialect = response.DIALECT

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call, self._model = call, target.model
        self.begin(target.model)
        return Outgoing("/chat", written(request.chat(call, target)))

    def parse(self, body: bytes) -> Answer:
        data = answer_in(body)
        choice = response.choice_in(data)
        if data.get("usage") is not None:
            self.usage = response.usage_of(data["usage"])
        self.kept.add(text_of(choice["message"]))
        frame = {"id": text_in(data.get("id")), "object": "chat.completion", "created": int(time.time())}
        return Answer(body, {**frame, "model": self._model, "choices": [choice]})

    def estimate(self) -> None:
        self.usage = Usage(prompt_tokens(self._call.chat), output_tokens=self.kept.tokens, source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)
