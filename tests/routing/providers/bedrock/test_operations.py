"""Embeddings, rankings and counts."""

import struct
from base64 import b64decode
from contextlib import suppress
from typing import Any

import orjson
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.usage import Usage
from routing.providers.bedrock.counting import BedrockCount
from routing.providers.bedrock.embeddings import BedrockEmbeddings
from routing.providers.bedrock.rerank import BedrockRerank
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, ReadsHeaders, UpstreamError
from tests.routing.providers.bedrock.exchanges import CLAUDE, NOVA, everything, target
from tests.routing.providers.bedrock.requests import API, TOOL, USER
from tests.routing.providers.bedrock.test_response import ANYTHING
from tests.upstream.cassettes import Cassette

TITAN, TITAN_IMAGE = "amazon.titan-embed-text-v2:0", "amazon.titan-embed-image-v1"
COHERE, COHERE_4 = "cohere.embed-multilingual-v3", "us.cohere.embed-v4:0"
NOVA_EMBED = "amazon.nova-2-multimodal-embeddings-v1:0"
EMBEDDINGS = [one for one in everything("invoke") if "embed" in one.model]
COUNTS = [one for one in everything("count-tokens") if one.status == 200]


def embeddings(body: Json, model: str = TITAN) -> tuple[BedrockEmbeddings, Outgoing, list[str]]:
    made, call = BedrockEmbeddings(), Call("embeddings", "openai_chat", {"model": "m", **body}, "m")
    return made, made.build(call, target(model)), call.warnings


def asked(body: Json, model: str) -> Json:
    _, outgoing, warnings = embeddings(body, model)
    assert outgoing.path.endswith("/invoke")
    assert warnings == []
    made: Json = orjson.loads(outgoing.body)
    return made


@pytest.mark.parametrize(
    ("model", "body", "expected"),
    [
        (TITAN, {"input": "a", "dimensions": 256}, {"inputText": "a", "dimensions": 256}),
        (TITAN, {"input": ["a"], "normalize": False}, {"inputText": "a", "normalize": False}),
        (
            TITAN_IMAGE,
            {"input": "a", "dimensions": 256},
            {"inputText": "a", "embeddingConfig": {"outputEmbeddingLength": 256}},
        ),
        (COHERE, {"input": ["a", "b"], "user": "u"}, {"texts": ["a", "b"], "input_type": "search_document"}),
        (
            COHERE_4,
            {"input": "a", "input_type": "search_query", "truncate": "END", "dimensions": 512},
            {"texts": ["a"], "input_type": "search_query", "truncate": "END", "output_dimension": 512},
        ),
        (
            NOVA_EMBED,
            {"input": "a", "dimensions": 256},
            {
                "taskType": "SINGLE_EMBEDDING",
                "singleEmbeddingParams": {
                    "embeddingPurpose": "GENERIC_INDEX",
                    "embeddingDimension": 256,
                    "text": {"value": "a", "truncationMode": "END"},
                },
            },
        ),
    ],
)
def test_each_family_is_asked_in_its_own_words(model: str, body: Json, expected: Json) -> None:
    assert asked(body, model) == expected


@pytest.mark.parametrize(
    ("model", "body", "param"),
    [
        (TITAN, {"input": ["a", "b"]}, "input"),
        (TITAN, {"input": [1, 2]}, "input"),
        (TITAN, {"input": []}, "input"),
        (COHERE, {"input": "a", "dimensions": 5}, "dimensions"),
        ("meta.llama3-1-70b-instruct-v1:0", {"input": "a"}, "model"),
    ],
)
def test_what_a_model_cannot_embed_is_refused(model: str, body: Json, param: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        embeddings(body, model)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.UNSUPPORTED, param)


def test_what_a_model_does_not_know_is_told() -> None:
    assert len(embeddings({"input": "a", "input_type": "x"}, TITAN)[2]) == 1


@pytest.mark.parametrize("recorded", EMBEDDINGS, ids=lambda one: one.id)
def test_recorded_embeddings(recorded: Cassette) -> None:
    texts = recorded.request.get("texts") or ["x"]
    made, _, _ = embeddings({"input": texts}, recorded.model)
    assert isinstance(made, ReadsHeaders)
    made.read_headers(recorded.headers)
    chat = made.parse(recorded.body).chat

    assert chat is not None
    assert [row["index"] for row in chat["data"]] == list(range(len(texts)))
    assert all(isinstance(number, float) for row in chat["data"] for number in row["embedding"])
    counted = int(recorded.headers["x-amzn-bedrock-input-token-count"])
    assert made.usage == Usage(input_tokens=counted, source="provider")


def test_base64() -> None:
    made, _, _ = embeddings({"input": "a", "encoding_format": "base64"})
    chat = made.parse(b'{"embedding": [0.5, -2], "inputTextTokenCount": 3}').chat
    assert chat is not None
    assert struct.unpack("<2f", b64decode(chat["data"][0]["embedding"])) == (0.5, -2.0)
    assert made.usage.input_tokens == 3


@given(ANYTHING | st.fixed_dictionaries({}, optional={"embedding": ANYTHING, "embeddings": ANYTHING}))
def test_odd_embeddings_break_nothing(body: Any) -> None:
    made, _, _ = embeddings({"input": "a", "encoding_format": "base64"})
    with suppress(UpstreamError):
        made.parse(orjson.dumps(body))


def test_an_answer_without_a_count_is_estimated() -> None:
    made, _, _ = embeddings({"input": ["Hello, world!"]}, COHERE)
    made.parse(b'{"embeddings": [[1.0]]}')
    assert made.usage.source == "none"
    made.estimate()
    assert (made.usage.input_tokens, made.usage.source) == (4, "estimate")


# Rankings


def ranked(model: str = "cohere.rerank-v3-5:0", **fields: Any) -> tuple[BedrockRerank, Json]:
    made = BedrockRerank()
    body = {"model": "m", "query": "q", "documents": ["a", {"text": "b"}], **fields}
    outgoing = made.build(Call("rerank", "openai_chat", body, "m"), target(model))
    return made, orjson.loads(outgoing.body)


def test_rankings() -> None:
    made, body = ranked(top_n=1, return_documents=True)
    assert body == {"query": "q", "documents": ["a", "b"], "top_n": 1, "api_version": 2}
    answer = made.parse(b'{"results": [{"index": 1, "relevance_score": 0.9}, {"index": 7, "relevance_score": 0.1}]}')
    placed = [{"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}, {"index": 7, "relevance_score": 0.1}]
    assert answer.chat == {"model": "m", "results": placed}
    made.estimate()
    assert (made.usage.input_tokens, made.usage.searches) == (4, 1)
    assert "api_version" not in ranked("amazon.rerank-v1:0")[1]


@pytest.mark.parametrize("documents", [None, [], "a", [1], [{"title": "a"}]])
def test_documents_must_be_texts(documents: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        ranked(documents=documents)
    assert (caught.value.kind, caught.value.param) == (ErrorKind.BAD_REQUEST, "documents")


# Counts


def counted(body: Json, dialect: str = "openai_chat", model: str = CLAUDE) -> Outgoing:
    return BedrockCount().build(Call("count_tokens", dialect, body, "m"), target(model))


def test_a_count_of_a_prompt_names_the_foundation_model() -> None:
    outgoing = counted({"messages": [USER], "tools": [TOOL], "temperature": 1})
    assert outgoing.path == "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens"
    body = orjson.loads(outgoing.body)
    assert body["input"]["converse"].keys() == {"messages", "toolConfig"}
    shape = API.operation_model("CountTokens").input_shape
    report = ParamValidator().validate({"modelId": "anthropic.claude-x", **body}, shape)
    assert not report.has_errors(), report.generate_report()


def test_a_count_for_a_caller_of_anthropic_s_dialect() -> None:
    outgoing = counted({"model": "m", "messages": [USER]}, "anthropic_messages")
    body = orjson.loads(b64decode(orjson.loads(outgoing.body)["input"]["invokeModel"]["body"]))
    assert body == {"max_tokens": 1, "anthropic_version": "bedrock-2023-05-31", "messages": [USER]}


def test_other_models_are_counted_here() -> None:
    outgoing = counted({"messages": [USER]}, model=NOVA)
    assert outgoing.answered is not None
    assert BedrockCount().parse(outgoing.answered).chat == {"input_tokens": 5}


@pytest.mark.parametrize("recorded", COUNTS, ids=lambda one: one.id)
def test_recorded_counts(recorded: Cassette) -> None:
    made = BedrockCount()
    assert made.parse(recorded.body).chat == {"input_tokens": recorded.json["inputTokens"]}
    assert made.usage.is_empty
