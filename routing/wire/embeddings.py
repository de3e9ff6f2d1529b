"""Embeddings in OpenAI's shape, from providers that have another. https://platform.openai.com/docs/api-reference/embeddings"""

import struct
from base64 import b64encode
from typing import Any

from routing.wire.contract import Json
from routing.wire.reading import no_answer, refused


def texts_in(given: Any) -> list[str]:
    """The texts of a request's `input`. Raises `UpstreamError` (UNSUPPORTED) for token numbers."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise refused("This provider embeds a text or a list of texts, no token numbers.", "input")
    return texts


def answer(vectors: Any, asked: Json, model: str) -> Json:
    """The answer in OpenAI's shape. Raises `UpstreamError` (SERVER) where these are no vectors."""
    if not isinstance(vectors, list) or not vectors or not all(isinstance(vector, list) for vector in vectors):
        raise no_answer("embeddings")
    coded = [_base64(vector) for vector in vectors] if asked.get("encoding_format") == "base64" else vectors
    rows = [{"object": "embedding", "index": number, "embedding": vector} for number, vector in enumerate(coded)]
    return {"object": "list", "data": rows, "model": model}


def _base64(vector: list[Any]) -> str:
    try:
        return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    except (struct.error, OverflowError):
        raise no_answer("embeddings") from None
