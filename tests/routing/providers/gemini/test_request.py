"""What goes out: the caller's own body where it speaks Google's dialect, else one that Google's SDK finds right."""

from itertools import chain

import orjson
import pytest

from routing.providers.gemini.adapter import GeminiAdapter
from routing.providers.gemini.request import model_path
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from routing.wire.failure import GatewayError
from routing.wire.vertex import vertex_address
from tests.routing.providers.gemini.exchanges import (
    FLASH,
    NEW,
    OWN_PROMPT,
    PROMPT,
    asked,
    call_of,
    kept,
    name,
    sent,
    target_of,
)
from tests.routing.providers.gemini.sdk import check_request
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

SPOKEN = {
    "chat.completions": "openai_chat", "responses": "openai_responses", "messages": "anthropic_messages",
    "generateContent": "gemini", "streamGenerateContent": "gemini",
}  # fmt: skip
COLLECTION = ("openai", "anthropic", "azure", "mistral", "gemini", "vertex", "groq", "xai", "openrouter")


# B40
@pytest.mark.parametrize("recorded", [one for one in kept() if one.request], ids=name)
def test_the_same_dialect_goes_out_as_it_came(recorded: Cassette) -> None:
    before = orjson.dumps(recorded.request)
    out, warnings = sent(recorded.request, dialect="gemini", stream=recorded.is_event_stream)
    assert {**out, "model": 0} == {**recorded.request, "model": 0}
    assert orjson.dumps(recorded.request) == before and warnings == []


def test_only_the_model_is_named_anew() -> None:
    assert sent({**OWN_PROMPT, "model": "route", "new": [1]}, dialect="gemini")[0] == {
        **OWN_PROMPT, "model": f"models/{FLASH}", "new": [1]
    }  # fmt: skip
    assert "model" not in sent(OWN_PROMPT, dialect="gemini")[0]


# B40, B41
@pytest.mark.parametrize("model", [FLASH, NEW])
def test_every_recorded_request_is_right_for_google_or_refused_with_a_reason(model: str) -> None:
    recorded = {one.id: one for one in chain(cassettes.kept(), *map(cassettes.full, COLLECTION))}
    refused = sum(not goes_out(one, model) for one in recorded.values() if one.endpoint in SPOKEN and one.request)
    assert refused <= len(recorded) / 20


def goes_out(recorded: Cassette, model: str) -> bool:
    try:
        out, _ = sent_translated(recorded, model)
    except (UpstreamError, GatewayError) as error:
        is_clear(error, recorded)
        return False
    try:
        check_request(out)
    except Exception as error:
        raise AssertionError(name(recorded)) from error
    return True


def is_clear(refusal: UpstreamError | GatewayError, recorded: Cassette) -> None:
    """It says what is at fault, and that it is the request."""
    assert refusal.status == 400 and refusal.message, name(recorded)
    assert refusal.param or isinstance(refusal, GatewayError), name(recorded)


def sent_translated(recorded: Cassette, model: str) -> tuple[Json, list[str]]:
    """As if the caller's dialect were not Google's own, even where it is."""
    call = call_of(recorded.request, "another")
    call.to_chat = DIALECTS[SPOKEN[recorded.endpoint]].to_chat
    return orjson.loads(GeminiAdapter().build(call, target_of(model)).body), call.warnings


# B40
def test_the_limit_of_tokens_is_never_lost() -> None:
    for field in ("max_tokens", "max_completion_tokens"):
        assert asked(*PROMPT["messages"], **{field: 7})["generationConfig"]["maxOutputTokens"] == 7


def test_parameters_by_google_s_names() -> None:
    out, warnings = sent(
        {
            **PROMPT, "temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": 1, "stop": "END", "n": 2, "logprobs": True,
            "top_logprobs": 3, "presence_penalty": 0.1, "frequency_penalty": 0.2, "service_tier": "flex", "user": "u",
        }
    )  # fmt: skip
    assert out["generationConfig"] == {
        "temperature": 0.5, "topP": 0.9, "topK": 40, "seed": 1, "stopSequences": ["END"], "candidateCount": 2,
        "responseLogprobs": True, "logprobs": 3, "presencePenalty": 0.1, "frequencyPenalty": 0.2,
    }  # fmt: skip
    assert out["serviceTier"] == "flex"
    assert warnings == []


def test_what_google_has_no_word_for_is_told() -> None:
    out, warnings = sent({**PROMPT, "logit_bias": {"1": 2}, "store": True, "metadata": None})
    assert set(out) == {"contents"}
    assert [warning.partition(" ")[0] for warning in warnings] == ["logit_bias", "store"]


def test_google_s_own_fields_come_through_openai_s_sdk() -> None:
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    out, _ = sent(
        {
            **PROMPT, "safety_settings": safety, "temperature": 1, "labels": {"team": "a"},
            "extra_body": {"google": {"thinking_config": {"thinkingBudget": 5}, "cached_content": "cachedContents/1"}},
        }
    )  # fmt: skip
    check_request(out)
    assert out["safetySettings"] == safety and out["labels"] == {"team": "a"}
    assert out["cachedContent"] == "cachedContents/1"
    assert out["generationConfig"] == {"temperature": 1, "thinkingConfig": {"thinkingBudget": 5}}


def test_structured_answers() -> None:
    schema = {"type": "object", "properties": {"a": {"const": "x"}}, "$schema": "y"}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
    assert asked(*PROMPT["messages"], response_format=wanted)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object", "properties": {"a": {"enum": ["x"], "type": "string"}}},
    }
    plain = asked(*PROMPT["messages"], response_format={"type": "json_object"})
    assert plain["generationConfig"] == {"responseMimeType": "application/json"}
    with pytest.raises(UpstreamError) as caught:
        asked(*PROMPT["messages"], response_format={"type": "grammar"})
    assert caught.value.param == "response_format"


# B41
def test_old_models_are_not_asked_for_json_and_tools_at_once() -> None:
    body = {
        **PROMPT, "response_format": {"type": "json_object"},
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }  # fmt: skip
    out, warnings = sent(body)
    assert "generationConfig" not in out and "response_format" in warnings[0]
    assert sent(body, NEW)[0]["generationConfig"] == {"responseMimeType": "application/json"}


def test_speech_and_pictures_are_asked_for() -> None:
    spoken = asked(*PROMPT["messages"], modalities=["text", "audio"], audio={"voice": "Kore", "format": "wav"})
    check_request(spoken)
    assert spoken["generationConfig"]["responseModalities"] == ["AUDIO"]
    drawn = asked(*PROMPT["messages"], modalities=["image", "text"])
    assert drawn["generationConfig"]["responseModalities"] == ["IMAGE", "TEXT"]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-2.5-pro", "/models/gemini-2.5-pro:generateContent"),
        ("models/gemini-2.5-pro", "/models/gemini-2.5-pro:generateContent"),
        ("tunedModels/mine-1", "/tunedModels/mine-1:generateContent"),
        ("a?b#c d", "/models/a%3Fb%23c%20d:generateContent"),
    ],
)
def test_ai_studio_s_paths(model: str, path: str) -> None:
    assert model_path(target_of(model), "generateContent") == path


@pytest.mark.parametrize(
    ("settings", "secret", "model", "path"),
    [
        ({"project": "p", "region": "us-east5"}, "", "m", "/projects/p/locations/us-east5/publishers/google/models/m"),
        ({"project": "p"}, "", "m", "/projects/p/locations/global/publishers/google/models/m"),
        ({}, '{"project_id": "own"}', "m", "/projects/own/locations/global/publishers/google/models/m"),
        ({}, "AIzaKey", "m", "/publishers/google/models/m"),
        ({"project": "p"}, "", "publishers/meta/models/m", "/projects/p/locations/global/publishers/meta/models/m"),
        ({"project": "p"}, "", "projects/1/locations/eu/endpoints/7", "/projects/1/locations/eu/endpoints/7"),
    ],
)  # fmt: skip
def test_vertex_ai_s_paths(settings: dict[str, str], secret: str, model: str, path: str) -> None:
    target = target_of(model, "vertex", settings=settings, secrets=(secret,) if secret else ())
    assert model_path(target, "generateContent") == f"{path}:generateContent"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("", "aiplatform.googleapis.com"), ("global", "aiplatform.googleapis.com"),
        ("us-east5", "us-east5-aiplatform.googleapis.com"), ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)  # fmt: skip
def test_vertex_ai_s_addresses(region: str, host: str) -> None:
    assert vertex_address({"region": region}) == f"https://{host}/v1"


@pytest.mark.parametrize("region", ["evil.example/", "a@b", "EU", "x" * 99, "1a"])
def test_what_is_no_region_is_no_address(region: str) -> None:
    assert vertex_address({"region": region}) == ""


def test_a_stream_is_asked_for_by_its_method() -> None:
    out = GeminiAdapter().build(call_of(PROMPT, stream=True), target_of())
    assert out.path == f"/models/{FLASH}:streamGenerateContent?alt=sse"


def test_what_is_nested_too_deeply_to_write_is_refused() -> None:
    nested = orjson.loads(b'{"contents":' + b"[" * 1000 + b"]" * 1000 + b"}")
    with pytest.raises(UpstreamError) as caught:
        sent(nested, dialect="gemini")
    assert caught.value.kind is ErrorKind.BAD_REQUEST
