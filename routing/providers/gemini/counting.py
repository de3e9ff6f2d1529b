"""Counting the tokens of a prompt. https://ai.google.dev/api/tokens"""

from collections.abc import Mapping

from billing.dataplane.usage import Usage
from routing.providers.gemini import request, response
from routing.providers.gemini.errors import error_from_body
from routing.wire.contract import Answer, Call, ErrorKind, Event, Json, Outgoing, Target, UpstreamError
from routing.wire.gemini import ARRAY, SSE, pick


class GeminiCountAdapter:
    """One attempt at countTokens. Counting is free of charge, so no usage comes of it."""

    __slots__ = ("_translates", "dialect", "usage")
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.dialect = SSE
        self.usage = Usage(source="provider")
        self._translates = True

    def build(self, call: Call, target: Target) -> Outgoing:
        self._translates = call.dialect not in (SSE, ARRAY)
        body = _asked(request.translated(call, target), target) if self._translates else _own(call, target)
        return Outgoing(request.model_path(target, "countTokens"), request.dumps(body))

    def parse(self, body: bytes) -> Answer:
        tokens = pick(response.parsed(body), "totalTokens", 0)
        if type(tokens) is not int:
            raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no count.", 200)
        return Answer(body, {"input_tokens": tokens} if self._translates else None)

    def feed(self, data: bytes) -> list[Event]:
        return []

    def finish(self) -> list[Event]:
        return []

    def estimate(self) -> None:
        pass

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)


def _asked(body: Json, target: Target) -> Json:
    """AI Studio counts instructions and tools inside a whole request only, Vertex AI beside the contents."""
    if target.kind != "vertex":
        return {"generateContentRequest": {**body, "model": request.model_name(target)}}
    return {name: body[name] for name in ("contents", "systemInstruction", "tools", "generationConfig") if name in body}


def _own(call: Call, target: Target) -> Json:
    """The caller's own body. Where it holds a whole request, that names the model once more."""
    body = request.own_body(call, target)
    for name in ("generateContentRequest", "generate_content_request"):
        if isinstance(body.get(name), dict):
            body = {**body, name: {**body[name], "model": request.model_name(target)}}
    return body
