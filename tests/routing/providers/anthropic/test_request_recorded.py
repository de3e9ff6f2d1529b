"""Recorded and foreign requests on their way to Anthropic: untouched, or with their meaning kept."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from routing.providers.anthropic.adapter import AnthropicAdapter
from routing.wire.contract import Json
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from tests.routing.providers.anthropic.exchanges import OWN, call, everything, target
from tests.routing.providers.openai_compatible.test_request import JSON

FUNCTION = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {"a": {}}}}
TOOL = {"type": "function", "function": FUNCTION}
SENT_TOOL = {"name": "add", "description": "Adds.", "input_schema": FUNCTION["parameters"]}
MARKED = {"cache_control": {"type": "ephemeral"}}
PDF = "data:application/pdf;base64,JVBERi0="


# B40
@given(st.dictionaries(st.text(max_size=12).filter(lambda name: name != "model"), JSON), st.booleans())
def test_a_caller_of_the_same_dialect_is_passed_through(body: dict[str, Any], stream: bool) -> None:
    body = {"model": "route", **body}
    before = orjson.dumps(body)
    outgoing = AnthropicAdapter().build(call(body, stream, OWN), target())
    assert orjson.loads(outgoing.body) == {**body, "model": "claude-sonnet-4-5"}
    assert orjson.dumps(body) == before


def test_recorded_requests_travel_on_unchanged() -> None:
    for recorded in everything():
        asked = call({**recorded.request, "model": "route"}, dialect=OWN)
        outgoing = AnthropicAdapter().build(asked, target(recorded.request["model"]))
        assert orjson.loads(outgoing.body) == recorded.request
        assert asked.warnings == []


# B40: in the internal form and back, a recorded conversation keeps its meaning
def test_recorded_requests_survive_the_internal_form() -> None:
    for recorded in everything():
        asked = call(recorded.request)
        asked.to_chat = ANTHROPIC_MESSAGES.to_chat
        outgoing = AnthropicAdapter().build(asked, target(recorded.request["model"]))
        sent = orjson.loads(outgoing.body)
        assert sent["max_tokens"] == recorded.request["max_tokens"], recorded.id
        if not any(message["role"] == "system" for message in recorded.request["messages"]):
            assert meaning(sent["messages"]) == meaning(recorded.request["messages"]), recorded.id
            assert plain(sent.get("system")) == plain(recorded.request.get("system")), recorded.id
        ours = {tool["name"]: tool for tool in sent.get("tools", []) if "input_schema" in tool}
        theirs = {tool["name"]: tool for tool in recorded.request.get("tools", []) if "input_schema" in tool}
        assert ours.keys() >= theirs.keys(), recorded.id
        for name, tool in theirs.items():
            if not tool.get("strict"):
                assert ours[name]["input_schema"] == tool["input_schema"], recorded.id
        assert cache_markers(sent) == cache_markers(recorded.request), recorded.id  # B23


UNCOUNTED = {"citations", "caller", "cache_control"}  # markers are counted apart: one for all becomes the last's


def plain(content: Any) -> list[Json]:
    """Blocks without what does not count: blank texts, absent fields, citations in the history."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    found = []
    for block in blocks:
        kept = {name: value for name, value in block.items() if value is not None and name not in UNCOUNTED}
        if isinstance(kept.get("content"), list) and kept["type"] == "tool_result":
            kept["content"] = plain(kept["content"])
        elif kept.get("type") == "tool_result":
            kept["content"] = plain(kept.get("content") or "")
        if kept.get("is_error") is False:
            del kept["is_error"]
        if isinstance(kept.get("text"), str):
            kept["text"] = kept["text"].strip()
        if kept.get("text") != "":
            found.append(kept)
    return found


def meaning(messages: list[Json]) -> list[Any]:
    """Turns; those of one role in a row are one, and of thoughts only what is signed counts."""
    turns: list[Any] = []
    for message in messages:
        blocks = plain(message["content"])
        if turns and turns[-1][0] == message["role"]:
            turns[-1][1].extend(blocks)
        elif blocks:
            turns.append((message["role"], blocks))
    rank = {"thinking": 0, "redacted_thinking": 0, "tool_result": 1, "tool_use": 9}
    for _, blocks in turns:
        blocks.sort(key=lambda block: rank.get(block["type"], 5))
    return turns


def cache_markers(value: Any) -> int:
    if isinstance(value, dict):
        own = 1 if isinstance(value.get("cache_control"), dict) else 0
        return own + sum(cache_markers(inner) for inner in value.values())
    return sum(map(cache_markers, value)) if isinstance(value, list) else 0
