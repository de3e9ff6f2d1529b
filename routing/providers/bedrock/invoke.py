"""Models that Converse does not serve, or not as they were made: each family's own words through InvokeModel.

For accounts with the setting `api: invoke`. A prompt goes out, written as the family was taught; a text comes back.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
"""

from base64 import b64decode
from collections.abc import Mapping

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.bedrock.adapter import BedrockAdapter
from routing.providers.bedrock.draft import refused
from routing.providers.bedrock.families import Family, family_of, piece_in, request_of
from routing.providers.bedrock.request import converse, draft_of, outgoing
from routing.providers.bedrock.stream import EVENTS
from routing.wire import json_text
from routing.wire.aws_eventstream import Message
from routing.wire.contract import Answer, Call, Event, Json, Outgoing, Target, TruncatedStream
from routing.wire.reading import answer_in, no_answer, object_in, text_in

COUNTS = {"input_tokens": "x-amzn-bedrock-input-token-count", "output_tokens": "x-amzn-bedrock-output-token-count"}
METRICS = "amazon-bedrock-invocationMetrics"  # in the last event of every stream


class BedrockInvokeAdapter(BedrockAdapter):
    """One attempt. Nova's words are Converse's; the others have a prompt."""

    __slots__ = ("_counted", "_family", "_started")
    dialect = "bedrock_invoke"

    def build(self, call: Call, target: Target) -> Outgoing:
        self._call, self._counted, self._started = call, Usage(), False
        draft = draft_of(call, target)
        self.begin(draft)
        self._family: Family | None = None
        if draft.model.is_nova:
            body = _nova(converse(call.chat, target, draft))
        elif (family := family_of(draft.model)) is not None:
            self._family = family
            body = request_of(family, call, draft)
        else:
            raise refused(
                "How this model is asked through InvokeModel is not known: leave out the setting 'api'.", "model"
            )
        return outgoing("invoke-with-response-stream" if call.stream else "invoke", body, target)

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Some answers tell what they used here alone."""
        told = {name: int(headers[header]) for name, header in COUNTS.items() if headers.get(header, "").isdecimal()}
        if told:
            self._counted = usage_from_counts(told)

    def parse(self, body: bytes) -> Answer:
        if self._family is None:
            return super().parse(body)
        piece = piece_in(self._family, answer_in(body))
        if piece is None:
            raise no_answer("text")
        self.usage = piece.usage or self._counted
        self._keep(piece.text)
        message = {"role": "assistant", "content": piece.text, "refusal": None}
        ending = {"finish_reason": piece.finish or "stop", "native_finish_reason": piece.reason, "logprobs": None}
        return Answer(
            body, {**self._frame, "object": "chat.completion", "choices": [{"index": 0, "message": message, **ending}]}
        )

    def finish(self) -> list[Event]:
        """Where a guardrail has spoken, no measurements come after the end."""
        try:
            return super().finish()
        except TruncatedStream:
            if self._family is None or not self._ended:
                raise
            return [Event(b"", last=True)]

    def _answer_event(self, message: Message) -> Event | None:
        data = _event_in(message)
        if data is None:
            self.malformed += 1
            return None
        if self._family is None:
            kind = next((name for name in data if name in EVENTS), "")
            return EVENTS[kind](self, object_in(data[kind])) if kind else None
        return self._piece(self._family, data)

    def _piece(self, family: Family, data: Json) -> Event | None:
        piece, metrics = piece_in(family, data), object_in(data.get(METRICS))
        if piece is None and not metrics:
            return None
        self._metered = bool(metrics)
        if metrics:
            counts = {"input_tokens": metrics.get("inputTokenCount"), "output_tokens": metrics.get("outputTokenCount")}
            self.usage = usage_from_counts(counts)
        self._ended = self._ended or self._metered or bool(piece and piece.reason)
        delta: Json = {} if self._started else {"role": "assistant", "content": ""}
        self._started = True
        if piece and piece.text:
            self._keep(piece.text)
            delta["content"] = piece.text
        finish = piece.finish if piece else None
        if delta or finish:
            event = self._event(delta, content=bool(piece and piece.text) or finish is not None)
            event.chunks[0]["choices"][0]["finish_reason"] = finish
        else:
            event = Event(b"")
        event.last = self._metered
        return event


def _nova(body: Json) -> Json:
    """Converse's request in Nova's own scheme. https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html"""
    extra = object_in(body.pop("additionalModelRequestFields", None))
    inference = {**object_in(body.get("inferenceConfig")), **object_in(extra.pop("inferenceConfig", None))}
    return {"schemaVersion": "messages-v1", **body, **({"inferenceConfig": inference} if inference else {}), **extra}


def _event_in(message: Message) -> Json | None:
    try:
        data = json_text.read(b64decode(text_in(object_in(json_text.read(message.payload)).get("bytes"))))
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
