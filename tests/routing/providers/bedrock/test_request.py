"""What goes out to Converse: the caller's meaning, whole."""

import orjson
import pytest

from routing.providers.bedrock.adapter import BedrockAdapter
from routing.providers.bedrock.model import model_of
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.dialects.registry import DIALECTS
from routing.wire.failure import GatewayError
from tests.routing.providers.bedrock.exchanges import CLAUDE, NOVA, everything, target
from tests.routing.providers.bedrock.requests import (
    LLAMA,
    NEW_CLAUDE,
    OLD_CLAUDE,
    USER,
    built,
    refusal,
    sent,
)
from tests.routing.providers.bedrock.reverse import chat_of
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

REQUESTS = [one for one in everything("converse", "converse-stream") if one.status == 200 and one.request]
ENDPOINTS = {
    "chat.completions": "openai_chat",
    "responses": "openai_responses",
    "messages": "anthropic_messages",
    "generateContent": "gemini",
}
OTHERS = [one for provider in ("openai", "anthropic", "gemini") for one in cassettes.full(provider)]
CHATS = [one for one in OTHERS if one.endpoint in ENDPOINTS and one.status == 200 and one.request]


@pytest.mark.parametrize("recorded", REQUESTS, ids=lambda one: one.id)
def test_a_recorded_request_arrives_with_the_same_meaning(recorded: Cassette) -> None:
    body, _ = built(chat_of(recorded.request), recorded.model)
    expected = normal(recorded.request)
    if not model_of(recorded.model, {}).takes_schema and expected.pop("outputConfig", None):
        assert body.pop("toolConfig")["toolChoice"] == {"tool": {"name": "json_answer"}}
    assert normal(body) == expected


def normal(body: Json) -> Json:
    """Without what says nothing, and what this gateway says otherwise."""
    body = orjson.loads(orjson.dumps(body))
    blocks = [block for turn in body["messages"] for block in turn["content"]]
    for block in blocks:
        if "toolResult" in block and block["toolResult"].get("status") == "success":
            del block["toolResult"]["status"]
        if block.get("citationsContent"):
            block["text"] = "".join(one["text"] for one in block.pop("citationsContent")["content"])
        if "video" in block:
            block["video"]["format"] = block["video"]["format"].removeprefix("video/")
    turns: list[Json] = []
    for turn in body["messages"]:
        content = [block for block in turn["content"] if block.get("text", "x").strip()]
        if turns and turns[-1]["role"] == turn["role"]:
            content = turns.pop()["content"] + content
        turns.append({"role": turn["role"], "content": in_order(content)})
    body["messages"] = turns
    if not body.get("inferenceConfig", {}).get("stopSequences"):
        body.get("inferenceConfig", {}).pop("stopSequences", None)
    body["system"] = [block for block in body.get("system", ()) if block.get("text", "x").strip()]
    for tool in body.get("toolConfig", {}).get("tools", ()):
        tool.get("toolSpec", {}).get("inputSchema", {}).get("json", {}).setdefault("properties", {})
    output = body.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema", {})
    if "schema" in output:
        output["schema"] = orjson.loads(output["schema"])
    body.pop("promptVariables", None)
    return {name: value for name, value in body.items() if value}


def in_order(blocks: list[Json]) -> list[Json]:
    """Thoughts, the provider's own tools, what was said, calls."""
    kinds = ["reasoningContent", "toolResult", "text", "toolUse"]
    return sorted(blocks, key=lambda block: next((n for n, kind in enumerate(kinds) if kind in block), 2))


# B40, B41
@pytest.mark.parametrize("model", [CLAUDE, NEW_CLAUDE, NOVA, LLAMA])
@pytest.mark.parametrize("dialect", ENDPOINTS.values())
def test_recorded_requests_of_every_dialect_are_valid_or_refused(model: str, dialect: str) -> None:
    refusals: list[UpstreamError | GatewayError] = []
    asked = [one for one in CHATS if ENDPOINTS[one.endpoint] == dialect]
    for recorded in asked:
        try:
            built(DIALECTS[dialect].to_chat(recorded.request), model)
        except (UpstreamError, GatewayError) as error:
            refusals.append(error)
    assert all(error.param for error in refusals)
    assert len(refusals) <= len(asked) // 5


# B42
@pytest.mark.parametrize(
    ("model", "path"),
    [
        (CLAUDE, "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1/converse",
        ),
    ],
)
def test_the_path(model: str, path: str) -> None:
    for stream, suffix in ((False, ""), (True, "-stream")):
        call = Call("chat", "openai_chat", {"messages": [USER]}, "m", stream)
        assert BedrockAdapter().build(call, target(model)).path == path + suffix


# B40: max_tokens is never lost
def test_inference_settings() -> None:
    body = sent(USER, max_tokens=5, temperature=0.5, stop="END", model=NOVA)
    assert body["inferenceConfig"] == {"maxTokens": 5, "temperature": 0.5, "stopSequences": ["END"]}
    body = sent(USER, max_completion_tokens=7, top_p=0.9, stop=["A", "B"])
    assert body["inferenceConfig"] == {"maxTokens": 7, "topP": 0.9, "stopSequences": ["A", "B"]}
    body, warnings = built({"messages": [USER], "temperature": 1.4, "stop": ["\n\n", "X"]})
    assert body["inferenceConfig"] == {"temperature": 1, "stopSequences": ["X"]}
    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        (OLD_CLAUDE, {"temperature", "topP"}),
        (CLAUDE, {"temperature"}),
        (NEW_CLAUDE, set()),
        (NOVA, {"temperature", "topP"}),
    ],
)
def test_newer_claudes_take_less(model: str, kept: set[str]) -> None:
    body, warnings = built({"messages": [USER], "temperature": 0.5, "top_p": 0.5}, model)
    assert body.get("inferenceConfig", {}).keys() == kept
    assert len(warnings) == 2 - len(kept)


# B40
def test_bedrock_s_own_fields_pass() -> None:
    own: Json = {
        "guardrailConfig": {"guardrailIdentifier": "abc", "guardrailVersion": "1", "trace": "enabled"},
        "additionalModelRequestFields": {"top_k": 9, "anthropic_beta": ["x"]},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "performanceConfig": {"latency": "optimized"},
        "requestMetadata": {"a": "b"},
        "serviceTier": {"type": "flex"},
    }
    assert {name: value for name, value in sent(USER, top_k=1, **own).items() if name != "messages"} == own


def test_the_administrator_s_guardrail_cannot_be_taken_off() -> None:
    chat = {"messages": [USER], "guardrailConfig": {"guardrailIdentifier": "mine", "trace": "enabled"}}
    body, _ = built(chat, CLAUDE, guardrail="abc@3")
    assert body["guardrailConfig"] == {"guardrailIdentifier": "abc", "guardrailVersion": "3", "trace": "enabled"}
    assert built({"messages": [USER]}, CLAUDE, guardrail="abc")[0]["guardrailConfig"]["guardrailVersion"] == "DRAFT"


def test_tiers_and_metadata() -> None:
    body = sent(USER, service_tier="flex", metadata={"team": "blue"})
    assert (body["serviceTier"], body["requestMetadata"]) == ({"type": "flex"}, {"team": "blue"})
    assert "serviceTier" not in sent(USER, service_tier="auto")
    body, warnings = built({"messages": [USER], "service_tier": "scale", "metadata": {"é": "1", "n": 1}})
    assert (body.keys(), len(warnings)) == ({"messages"}, 2)


# B40: never in silence
def test_what_bedrock_has_no_field_for_is_told() -> None:
    _, warnings = built({"messages": [USER], "seed": 7, "logprobs": True, "google": {"labels": {}}})
    assert [warning.split()[0] for warning in warnings] == ["seed", "logprobs", "google"]
    assert built({"messages": [USER], "n": 1, "logprobs": False, "presence_penalty": 0, "seed": None})[1] == []


@pytest.mark.parametrize(("fields", "param"), [({"n": 2}, "n"), ({"modalities": ["text", "audio"]}, "modalities")])
def test_what_cannot_be_left_out_is_refused(fields: Json, param: str) -> None:
    error = refusal(USER, **fields)
    assert (error.kind, error.param) == (ErrorKind.UNSUPPORTED, param)


def test_what_is_nested_too_deeply_to_write_is_refused() -> None:
    nested = orjson.loads(b'{"a":' * 1000 + b"1" + b"}" * 1000)
    with pytest.raises(UpstreamError, match="nested"):
        BedrockAdapter().build(
            Call("chat", "openai_chat", {"messages": [USER], "guardrailConfig": nested}, "m"), target()
        )
