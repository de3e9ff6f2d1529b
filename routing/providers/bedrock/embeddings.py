"""Embeddings through InvokeModel, in OpenAI's words for the caller.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html
https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html
"""

import struct
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.bedrock.draft import Draft, refused
from routing.providers.bedrock.request import draft_of, outgoing
from routing.providers.bedrock.whole import Whole
from routing.wire.contract import Answer, Call, Json, Outgoing, Target
from routing.wire.reading import answer_in, no_answer
from routing.wire.tokens import count

_READ = {"model", "input", "encoding_format", "user", "dimensions"}


class BedrockEmbeddings(Whole):
    """One attempt at embeddings."""

    def build(self, call: Call, target: Target) -> Outgoing:
        draft = draft_of(call, target)
        self._base64, self._model = call.body.get("encoding_format") == "base64", target.model
        self._texts = _texts(call.body.get("input"))
        make, options = _family(draft)
        for name, value in call.body.items():
            if name not in _READ and name not in options and value is not None:
                draft.warn(f"{name} was left out: this model has no such field.")
        given = {name: call.body[name] for name in options if call.body.get(name) is not None}
        return outgoing("invoke", make(self._texts, call.body.get("dimensions"), given), target)

    def parse(self, body: bytes) -> Answer:
        data = answer_in(body)
        rows = [
            {"object": "embedding", "index": number, "embedding": self._coded(vector)}
            for number, vector in enumerate(_vectors(data))
        ]
        if (tokens := data.get("inputTextTokenCount")) is not None:
            self.usage = usage_from_counts({"input_tokens": tokens})
        return Answer(body, {"object": "list", "data": rows, "model": self._model})

    def _coded(self, vector: list[Any]) -> list[Any] | str:
        if not self._base64:
            return vector
        try:
            return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
        except (struct.error, OverflowError):
            raise no_answer("embeddings") from None

    def estimate(self) -> None:
        self.usage = Usage(input_tokens=sum(map(count, self._texts)), source="estimate")


def _texts(given: Any) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise refused("Bedrock embeds a text or a list of texts, no token numbers.", "input")
    return texts


Make = Callable[[list[str], Any, Json], Json]


def _family(draft: Draft) -> tuple[Make, tuple[str, ...]]:
    """How a model is asked, and the fields of its own that a caller may set."""
    model = draft.model
    if model.vendor == "cohere":
        make = _cohere_v4 if model.name.startswith("embed-v4") else _cohere
        return make, ("input_type", "truncate", "max_tokens")
    if model.vendor == "amazon" and model.name.startswith("nova"):
        return _nova, ("embeddingPurpose", "truncationMode")
    if model.vendor == "amazon":
        return (_titan_image, ()) if "embed-image" in model.name else (_titan, ("normalize",))
    raise refused("This model embeds no texts.", "model")


def _titan(texts: list[str], dimensions: Any, given: Json) -> Json:
    return {"inputText": _only(texts), **_set(dimensions=dimensions), **given}


def _titan_image(texts: list[str], dimensions: Any, given: Json) -> Json:
    size = {"embeddingConfig": {"outputEmbeddingLength": dimensions}} if dimensions is not None else {}
    return {"inputText": _only(texts), **size}


def _cohere(texts: list[str], dimensions: Any, given: Json) -> Json:
    if dimensions is not None:
        raise refused("This model's embeddings have one size.", "dimensions")
    return {"texts": texts, "input_type": "search_document", **given}


def _cohere_v4(texts: list[str], dimensions: Any, given: Json) -> Json:
    return {"texts": texts, "input_type": "search_document", **_set(output_dimension=dimensions), **given}


def _nova(texts: list[str], dimensions: Any, given: Json) -> Json:
    text = {"value": _only(texts), "truncationMode": given.get("truncationMode", "END")}
    purpose = given.get("embeddingPurpose", "GENERIC_INDEX")
    params = {"embeddingPurpose": purpose, **_set(embeddingDimension=dimensions), "text": text}
    return {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}


def _only(texts: list[str]) -> str:
    if len(texts) > 1:
        raise refused("This model embeds one text a request.", "input")
    return texts[0]


def _set(**options: Any) -> Json:
    return {name: value for name, value in options.items() if value is not None}


def _vectors(data: Json) -> list[list[Any]]:
    """Titan's one, Nova's objects, Cohere's list or lists by type. Raises `UpstreamError` if there are none."""
    found = data.get("embeddings") if "embeddings" in data else [data.get("embedding")]
    if isinstance(found, dict):
        found = found.get("float")
    listed = found if isinstance(found, list) else []
    given = [one.get("embedding") if isinstance(one, dict) else one for one in listed]
    vectors = [vector for vector in given if isinstance(vector, list) and vector]
    if not vectors or len(vectors) < len(given):
        raise no_answer("embeddings")
    return vectors
