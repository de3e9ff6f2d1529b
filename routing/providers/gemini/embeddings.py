"""Embeddings, in OpenAI's words for the caller. https://ai.google.dev/api/embeddings

Vertex AI has another method for it: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
"""

import base64
import struct
from collections.abc import Mapping
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.gemini import request, response
from routing.providers.gemini.errors import error_from_body
from routing.wire.contract import Answer, Call, ErrorKind, Event, Json, Outgoing, Target, UpstreamError
from routing.wire.gemini import SSE, dicts, pick, usage_from_google
from routing.wire.tokens import count

_READ = frozenset({"model", "input", "dimensions", "encoding_format", "user", "task_type", "title"})


class GeminiEmbeddingsAdapter:
    """One attempt at embeddings; the answer is OpenAI's, whatever the caller's dialect."""

    __slots__ = ("_base64", "_model", "_texts", "usage")
    dialect = SSE
    failed: UpstreamError | None = None

    def __init__(self) -> None:
        self.usage = Usage()
        self._model, self._base64 = "", False
        self._texts: list[str] = []

    def build(self, call: Call, target: Target) -> Outgoing:
        body = call.body
        self._model, self._base64 = target.model, body.get("encoding_format") == "base64"
        self._texts = _texts(body.get("input"))
        for name in sorted(set(body) - _READ):
            call.warnings.append(f"{name} left out: Gemini has no word for it")
        if target.kind == "vertex":
            return Outgoing(request.model_path(target, "predict"), request.dumps(self._instances(body)))
        return Outgoing(request.model_path(target, "batchEmbedContents"), request.dumps(self._requests(body, target)))

    def _requests(self, body: Json, target: Target) -> Json:
        options = _set(taskType=body.get("task_type"), title=body.get("title"),
                       outputDimensionality=body.get("dimensions"))  # fmt: skip
        one: Json = {"model": request.model_name(target), **options}
        return {"requests": [{**one, "content": {"parts": [{"text": text}]}} for text in self._texts]}

    def _instances(self, body: Json) -> Json:
        options = _set(task_type=body.get("task_type"), title=body.get("title"))
        out: Json = {"instances": [{"content": text, **options} for text in self._texts]}
        if body.get("dimensions") is not None:
            out["parameters"] = {"outputDimensionality": body["dimensions"]}
        return out

    def parse(self, body: bytes) -> Answer:
        data = response.parsed(body)
        vectors = [_vector(one) for one in _embeddings(data)]
        if not vectors or any(vector is None for vector in vectors):
            raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no embeddings.", 200)
        self._read_usage(data)
        rows = [{"object": "embedding", "index": i, "embedding": self._coded(v)} for i, v in enumerate(vectors)]
        return Answer(body, {"object": "list", "data": rows, "model": self._model})

    def _coded(self, vector: Any) -> Any:
        if not self._base64:
            return vector
        try:
            return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        except (struct.error, OverflowError):
            raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no embeddings.", 200) from None

    def _read_usage(self, data: Json) -> None:
        """AI Studio's older models say nothing of it; Vertex AI counts each text."""
        metadata = pick(data, "usageMetadata")
        counts = [
            stats.get("token_count")
            for one in _embeddings(data)
            if isinstance(stats := one.get("statistics"), dict) and stats.get("token_count") is not None
        ]
        if metadata is not None:
            self.usage = usage_from_google(metadata)
        elif counts:
            summable = all(isinstance(number, int | float) for number in counts)
            self.usage = usage_from_counts({"input_tokens": sum(counts) if summable else -1})

    def feed(self, data: bytes) -> list[Event]:
        return []

    def finish(self) -> list[Event]:
        return []

    def estimate(self) -> None:
        self.usage = Usage(input_tokens=sum(map(count, self._texts)), source="estimate")

    def error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        return error_from_body(status, headers, body)


def _texts(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        message = "'input' must be a text or a list of texts: Gemini takes no token numbers."
        raise UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param="input")
    return texts


def _embeddings(data: Json) -> list[Json]:
    if "predictions" in data:
        return [one for prediction in dicts(data["predictions"]) for one in dicts(prediction.get("embeddings"))]
    return dicts(data.get("embeddings") or data.get("embedding"))


def _vector(one: Json) -> list[Any] | None:
    values = one.get("values")
    return values if isinstance(values, list) and values else None


def _set(**options: Any) -> Json:
    return {name: value for name, value in options.items() if value is not None}
