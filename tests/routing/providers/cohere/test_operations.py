"""Cohere's embeddings and rankings."""

import struct
from base64 import b64decode
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given

from billing.dataplane.usage import Usage
from routing.providers.cohere.embeddings import CohereEmbeddings
from routing.providers.cohere.rerank import CohereRerank
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from tests.routing.providers.cohere.exchanges import everything, target
from tests.routing.providers.openai_compatible.test_stream import ANYTHING
from tests.upstream.cassettes import Cassette


def embeddings(**fields: Any) -> tuple[CohereEmbeddings, Json, list[str]]:
    made, call = CohereEmbeddings(), Call("embeddings", "openai_chat", {"model": "m", "input": "a", **fields}, "m")
    outgoing = made.build(call, target("embed-v4.0"))
    assert outgoing.path == "/embed"
    return made, orjson.loads(outgoing.body), call.warnings


def test_embeddings_are_asked_in_cohere_s_words() -> None:
    _, body, warnings = embeddings(input=["a", "b"], dimensions=256, input_type="search_query", encoding_format="float")
    assert body == {
        "model": "embed-v4.0", "texts": ["a", "b"], "embedding_types": ["float"], "input_type": "search_query",
        "output_dimension": 256,
    }  # fmt: skip
    assert warnings == []
    assert embeddings(user="u")[2] == ["'user' was left out."]


def test_embeddings_are_told_in_openai_s() -> None:
    made, _, _ = embeddings(encoding_format="base64")
    raw = b'{"embeddings": {"float": [[0.5, -2]]}, "meta": {"billed_units": {"input_tokens": 3}}}'
    chat = made.parse(raw).chat
    assert chat is not None
    assert struct.unpack("<2f", b64decode(chat["data"][0]["embedding"])) == (0.5, -2.0)
    assert made.usage == Usage(3, source="provider")


@pytest.mark.parametrize("recorded", everything("embeddings"), ids=lambda one: one.id)
def test_recorded_embeddings(recorded: Cassette) -> None:
    made, _, _ = embeddings(input=recorded.request["texts"])
    chat = made.parse(recorded.body).chat
    assert chat is not None
    assert [row["embedding"] for row in chat["data"]] == recorded.json["embeddings"]["float"]
    assert made.usage.input_tokens == recorded.json["meta"]["billed_units"]["input_tokens"]


@pytest.mark.parametrize("given_input", [[1, 2], [], 5, [[1]]])
def test_token_numbers_are_refused(given_input: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        embeddings(input=given_input)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, "input")


def rerank(**fields: Any) -> tuple[CohereRerank, Json, list[str]]:
    made, body = CohereRerank(), {"model": "m", "query": "q", "documents": ["a", {"text": "b"}], **fields}
    call = Call("rerank", "openai_chat", body, "m")
    outgoing = made.build(call, target("rerank-v3.5"))
    assert outgoing.path == "/rerank"
    return made, orjson.loads(outgoing.body), call.warnings


def test_rankings() -> None:
    made, body, warnings = rerank(top_n=1, return_documents=True, max_tokens_per_doc=100)
    assert body == {
        "model": "rerank-v3.5", "query": "q", "documents": ["a", "b"], "top_n": 1, "max_tokens_per_doc": 100,
    }  # fmt: skip
    assert warnings == []
    raw = (
        b'{"id": "r", "results": [{"index": 1, "relevance_score": 0.9}], "meta": {"billed_units": {"search_units": 1}}}'
    )
    assert made.parse(raw).chat == {
        "id": "r", "model": "m", "results": [{"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}],
        "meta": {"billed_units": {"search_units": 1}},
    }  # fmt: skip
    assert made.usage == Usage(searches=1, source="provider")


@pytest.mark.parametrize("recorded", everything("rerank"), ids=lambda one: one.id)
def test_recorded_rankings(recorded: Cassette) -> None:
    made, _, _ = rerank(documents=recorded.request["documents"], query=recorded.request["query"])
    chat = made.parse(recorded.body).chat
    assert chat is not None
    assert chat["results"] == recorded.json["results"]
    assert made.usage.searches == 1


def test_without_a_count_a_search_is_a_hundred_documents() -> None:
    made, _, _ = rerank(documents=["a"] * 101)
    made.estimate()
    assert (made.usage.searches, made.usage.source) == (2, "estimate")


@given(ANYTHING)
def test_odd_answers_break_nothing(body: Any) -> None:
    for made in (embeddings()[0], rerank()[0]):
        for odd in (body, {"embeddings": body, "results": body, "meta": body}):
            with suppress(UpstreamError):
                made.parse(orjson.dumps(odd))
