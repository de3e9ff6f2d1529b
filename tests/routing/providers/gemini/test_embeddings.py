"""Embeddings and counts of tokens, by AI Studio's words and Vertex AI's."""

import base64
import struct
from typing import Any

import orjson
import pytest

from routing.providers.gemini.counting import GeminiCountAdapter
from routing.providers.gemini.embeddings import GeminiEmbeddingsAdapter
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from tests.routing.providers.gemini.exchanges import OWN_PROMPT, PROMPT, call_of, target_of
from tests.upstream import cassettes

MODEL = "gemini-embedding-001"


def embeddings(body: Json, kind: str = "gemini") -> tuple[GeminiEmbeddingsAdapter, str, Json, list[str]]:
    made, call = GeminiEmbeddingsAdapter(), Call("embeddings", "openai_chat", {"model": "route", **body}, "route")
    out = made.build(call, target_of(MODEL, kind, settings={"project": "p"}))
    return made, out.path, orjson.loads(out.body), call.warnings


def test_ai_studio_gets_a_batch() -> None:
    _, path, body, warnings = embeddings({"input": ["a", "b"], "dimensions": 7, "user": "u", "odd": 1})
    one = {"model": f"models/{MODEL}", "outputDimensionality": 7}
    assert path == f"/models/{MODEL}:batchEmbedContents"
    assert body == {"requests": [{**one, "content": {"parts": [{"text": text}]}} for text in "ab"]}
    assert [warning.partition(" ")[0] for warning in warnings] == ["odd"]


def test_vertex_ai_predicts() -> None:
    _, path, body, _ = embeddings({"input": "a", "dimensions": 7}, "vertex")
    assert path == f"/projects/p/locations/global/publishers/google/models/{MODEL}:predict"
    assert body == {"instances": [{"content": "a"}], "parameters": {"outputDimensionality": 7}}


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_the_answer_is_openai_s(encoding: str) -> None:
    made, *_ = embeddings({"input": "a", "encoding_format": encoding})
    answer = made.parse(b'{"embeddings":[{"values":[0.5,-1.0]}],"usageMetadata":{"promptTokenCount":3}}').chat
    assert answer is not None
    vector = [0.5, -1.0] if encoding == "float" else base64.b64encode(struct.pack("<2f", 0.5, -1.0)).decode()
    assert answer["data"] == [{"object": "embedding", "index": 0, "embedding": vector}]
    assert (made.usage.input_tokens, made.usage.source) == (3, "provider")


def test_vertex_ai_counts_each_text() -> None:
    made, *_ = embeddings({"input": ["a", "b"]}, "vertex")
    one = {"embeddings": {"values": [1.0], "statistics": {"token_count": 2.0, "truncated": False}}}
    answer = made.parse(orjson.dumps({"predictions": [one, one]})).chat
    assert answer is not None and len(answer["data"]) == 2
    assert made.usage.input_tokens == 4


def test_what_google_does_not_count_is_estimated() -> None:
    made, *_ = embeddings({"input": ["Hello world"]})
    made.parse(b'{"embeddings":[{"values":[1]}]}')
    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.input_tokens, made.usage.source) == (2, "estimate")


@pytest.mark.parametrize("given", [[1, 2], [[1]], [], 7])
def test_numbers_of_tokens_are_refused(given: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        embeddings({"input": given})
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "input")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"embeddings":[{}]}', b'{"predictions":7}', b'{"embeddings":[{"values":["x"]}]}']
)
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    made, *_ = embeddings({"input": "a", "encoding_format": "base64"})
    with pytest.raises(UpstreamError) as caught:
        made.parse(body)
    assert caught.value.kind is ErrorKind.SERVER


def test_recorded_embeddings() -> None:
    for recorded in (*cassettes.full("gemini"), *cassettes.full("vertex")):
        if recorded.endpoint in ("embedContent", "vertex.predict"):
            made, *_ = embeddings({"input": "a"})
            answer = made.parse(recorded.body).chat
            assert answer is not None and all(row["embedding"] for row in answer["data"])


def counted(call: Call, kind: str = "gemini") -> tuple[GeminiCountAdapter, str, Json]:
    made = GeminiCountAdapter()
    out = made.build(call, target_of(kind=kind, settings={"project": "p"}))
    return made, out.path, orjson.loads(out.body)


def test_google_s_own_callers_count_with_their_own_body() -> None:
    made, path, body = counted(call_of({"generateContentRequest": {**OWN_PROMPT, "model": "models/route"}}, "gemini"))
    assert path == "/models/gemini-2.5-flash:countTokens"
    assert body == {"generateContentRequest": {**OWN_PROMPT, "model": "models/gemini-2.5-flash"}}
    assert made.parse(b'{"totalTokens":12}').chat is None


def test_others_count_the_whole_request() -> None:
    call = call_of({**PROMPT, "tools": [{"type": "function", "function": {"name": "f"}}]})
    made, _, body = counted(call)
    assert set(body["generateContentRequest"]) == {"contents", "tools", "model"}
    assert made.parse(b'{"totalTokens":12}').chat == {"input_tokens": 12}
    assert set(counted(call, "vertex")[2]) == {"contents", "tools"}
    assert made.usage.is_empty


def test_what_is_no_count_is_an_error() -> None:
    made, *_ = counted(call_of(PROMPT))
    for body in (b"[]", b'{"totalTokens":"x"}', b""):
        with pytest.raises(UpstreamError):
            made.parse(body)
