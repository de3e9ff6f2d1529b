"""Reasoning and top_k in each vendor's own words."""

import pytest

from routing.wire.contract import Json
from tests.routing.providers.bedrock.exchanges import CLAUDE, NOVA
from tests.routing.providers.bedrock.requests import (
    CALLED,
    GPT,
    LLAMA,
    NEW_CLAUDE,
    OLD_CLAUDE,
    RESULT,
    TOOL,
    USER,
    built,
    sent,
)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (OLD_CLAUDE, {"top_k": 5}),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1", {"top_k": 5}),
        (NOVA, {"inferenceConfig": {"topK": 5}}),
        ("cohere.command-r-v1:0", {"k": 5}),
    ],
)
def test_top_k(model: str, fields: Json) -> None:
    assert sent(USER, top_k=5, model=model)["additionalModelRequestFields"] == fields
    assert built({"messages": [USER], "top_k": 5}, LLAMA)[1]


def test_thinking_as_the_caller_says_it() -> None:
    thinking = {"type": "enabled", "budget_tokens": 2000}
    body = sent(USER, thinking=thinking, max_tokens=4000)
    assert body["additionalModelRequestFields"] == {"thinking": thinking}
    assert body["inferenceConfig"] == {"maxTokens": 4000}


def test_effort_becomes_each_model_s_own() -> None:
    body = sent(USER, reasoning_effort="low")
    assert body["additionalModelRequestFields"] == {"thinking": {"type": "enabled", "budget_tokens": 2048}}
    assert body["inferenceConfig"]["maxTokens"] > 2048
    body = sent(USER, reasoning_effort="high", max_completion_tokens=3000)
    assert body["additionalModelRequestFields"]["thinking"]["budget_tokens"] == 2999
    body = sent(USER, reasoning_effort="xhigh", model=NEW_CLAUDE)
    assert body["additionalModelRequestFields"] == {"thinking": {"type": "adaptive"}}
    assert body["outputConfig"] == {"effort": "xhigh"}
    assert sent(USER, reasoning_effort="medium", model=GPT)["additionalModelRequestFields"] == {
        "reasoning_effort": "medium"
    }
    assert sent(USER, reasoning_effort="medium", model="us.amazon.nova-2-lite-v1:0")[
        "additionalModelRequestFields"
    ] == {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}
    assert "additionalModelRequestFields" not in sent(USER, reasoning_effort="none")


@pytest.mark.parametrize(
    ("fields", "model"),
    [
        ({"max_tokens": 500}, CLAUDE),
        ({"tools": [TOOL], "tool_choice": "required"}, CLAUDE),
        ({"messages": [*CALLED, RESULT], "tools": [TOOL]}, CLAUDE),
        ({}, OLD_CLAUDE),
        ({}, LLAMA),
    ],
)
def test_where_it_cannot_think_it_says_so(fields: Json, model: str) -> None:
    body, warnings = built({"messages": [USER], "reasoning_effort": "high", **fields}, model)
    assert "additionalModelRequestFields" not in body
    assert len(warnings) == 1 and warnings[0].startswith("reasoning_effort was left out")


def test_effort_and_schema_share_a_field() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "A", "schema": {"type": "object"}}}
    body = sent(USER, reasoning_effort="high", response_format=wanted, model=NEW_CLAUDE)
    assert body["outputConfig"].keys() == {"effort", "textFormat"}
