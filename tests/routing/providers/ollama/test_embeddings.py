"""Ollama's embeddings."""

from typing import Any

import orjson
import pytest

from routing.providers.ollama.embeddings import OllamaEmbeddings
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from tests.routing.providers.ollama.exchanges import TARGET


def embeddings(**fields: Any) -> tuple[OllamaEmbeddings, Json, list[str]]:
    made, call = OllamaEmbeddings(), Call("embeddings", "openai_chat", {"model": "m", "input": "a", **fields}, "m")
    outgoing = made.build(call, TARGET)
    assert outgoing.path == "/embed"
    return made, orjson.loads(outgoing.body), call.warnings


def test_texts_are_embedded() -> None:
    made, body, warnings = embeddings(input=["a", "b"], dimensions=3, user="u")
    assert body == {"model": "llama3", "input": ["a", "b"], "dimensions": 3}
    assert warnings == ["'user' was left out."]
    chat = made.parse(b'{"embeddings": [[1.0], [2.0]], "prompt_eval_count": 4}').chat
    assert chat is not None
    assert [(row["index"], row["embedding"]) for row in chat["data"]] == [(0, [1.0]), (1, [2.0])]
    assert made.usage.input_tokens == 4


@pytest.mark.parametrize("body", [b"{}", b'{"embeddings": []}', b'{"embeddings": [1]}', b"[]"])
def test_what_is_no_answer_is_the_provider_s_failure(body: bytes) -> None:
    with pytest.raises(UpstreamError) as caught:
        embeddings()[0].parse(body)
    assert caught.value.kind is ErrorKind.SERVER


def test_without_a_count_it_is_estimated() -> None:
    made, _, _ = embeddings(input="Hello, world!")
    made.estimate()
    assert (made.usage.input_tokens, made.usage.source) == (4, "estimate")
