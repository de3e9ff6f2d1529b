"""What providers say of their models, read from recorded and documented answers."""

import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.listing import LISTS, OPENAI, lists_of
from routing.providers.registry import KINDS
from tests.upstream.cassettes import Cassette, full

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "models",
                    "id",
                    "name",
                    "modelSummaries",
                    "inferenceTypesSupported",
                    "has_more",
                    "last_id",
                    "nextPageToken",
                    "context_length",
                    "display_name",
                    "publisherModels",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
ALL = [each for lists in (*LISTS.values(), OPENAI) for each in lists]


@pytest.mark.parametrize(
    ("kind", "answers", "models"),
    [
        ("openai", [{"data": [{"id": "gpt-4o", "object": "model"}]}], [{"id": "gpt-4o"}]),
        ("together", [[{"id": "a/b", "display_name": "B", "context_length": 8192}]],
         [{"id": "a/b", "name": "B", "context": 8192}]),
        ("anthropic", [{"data": [{"id": "claude-x", "display_name": "Claude X", "max_input_tokens": 200000}]}],
         [{"id": "claude-x", "name": "Claude X", "context": 200000}]),
        ("gemini", [{"models": [{"name": "models/gemini-2.5-pro", "displayName": "Gemini", "inputTokenLimit": 9}]}],
         [{"id": "gemini-2.5-pro", "name": "Gemini", "context": 9}]),
        ("vertex", [{"publisherModels": [{"name": "publishers/google/models/gemini-2.5-pro", "versionId": "default"}]}],
         [{"id": "gemini-2.5-pro"}]),
        ("bedrock",
         [{"modelSummaries": [
             {"modelId": "amazon.nova-lite-v1:0", "modelName": "Nova Lite", "inferenceTypesSupported": ["ON_DEMAND"]},
             {"modelId": "anthropic.new-v1:0", "inferenceTypesSupported": ["INFERENCE_PROFILE"]}]},
          {"inferenceProfileSummaries": [
              {"inferenceProfileId": "eu.anthropic.new-v1:0", "inferenceProfileName": "EU New"}]}],
         [{"id": "amazon.nova-lite-v1:0", "name": "Nova Lite"}, {"id": "eu.anthropic.new-v1:0", "name": "EU New"}]),
        ("cohere", [{"models": [{"name": "command-a", "context_length": 256000, "endpoints": ["chat"]}]}],
         [{"id": "command-a", "context": 256000}]),
        ("ollama", [{"models": [{"name": "llama3.2:latest", "size": 1}]}], [{"id": "llama3.2:latest"}]),
    ],
)  # fmt: skip
def test_documented_answers(kind: str, answers: list[Any], models: list[Any]) -> None:
    lists = lists_of(kind)
    assert [model for each, answer in zip(lists, answers, strict=True) for model in each.read(answer)] == models


@given(JSON)
def test_junk_is_no_list_and_no_crash(answer: Any) -> None:
    for each in ALL:
        assert all(isinstance(model["id"], str) for model in each.read(answer))
        assert isinstance(each.next_page(answer), str)


def _listings() -> list[Cassette]:
    """The recorded lists; with one model's own page they share the endpoint's name."""
    providers = ("openai", "deepseek", "gemini", "openrouter", "perplexity")
    models = [each for provider in providers for each in full(provider) if each.endpoint == "models"]
    return [each for each in models if re.search(r"/models(\?|$)", each.url)]


LISTINGS = _listings()


@pytest.mark.skipif(not LISTINGS, reason="no recorded lists on this machine")
@pytest.mark.parametrize("recording", LISTINGS, ids=lambda recording: recording.id)
def test_recorded_lists(recording: Cassette) -> None:
    found = lists_of(recording.provider)[0].read(orjson.loads(recording.body))
    assert len(found) > 1
    assert all(model["id"] and "/models/" not in model["id"] for model in found)


def test_each_list_is_of_a_kind() -> None:
    assert set(LISTS) <= set(KINDS)


def test_where_lists_are() -> None:
    at = {kind: lists_of(kind)[0].at for kind in ("bedrock", "cohere", "vertex", "openai", "azure_openai")}
    assert (
        at["bedrock"]("https://bedrock-runtime.eu-central-1.amazonaws.com")
        == "https://bedrock.eu-central-1.amazonaws.com"
    )
    assert at["cohere"]("https://api.cohere.com/v2") == "https://api.cohere.com/v1"
    assert at["vertex"]("https://aiplatform.googleapis.com/v1") == "https://aiplatform.googleapis.com/v1beta1"
    for surface in ("/openai", "/openai/v1"):
        assert at["azure_openai"](f"https://contoso.openai.azure.com{surface}").endswith(".com/openai/v1")
    assert at["openai"]("https://api.openai.com/v1") == "https://api.openai.com/v1"


def test_a_page_leads_to_the_next() -> None:
    [anthropic], [gemini] = lists_of("anthropic"), lists_of("gemini")
    assert anthropic.next_page({"has_more": True, "last_id": "claude-x"}) == "&after_id=claude-x"
    assert anthropic.next_page({"has_more": False, "last_id": "claude-x"}) == ""
    assert gemini.next_page({"nextPageToken": "Ch9t="}) == "&pageToken=Ch9t="
    assert gemini.next_page({"nextPageToken": "x&key=stolen"}) == ""
