"""Whatever a caller sends, it becomes a request or is refused; nothing breaks."""

import copy
from contextlib import suppress
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.bedrock.adapter import BedrockAdapter, BedrockMessagesAdapter
from routing.providers.bedrock.counting import BedrockCount
from routing.wire.contract import Call, Json, UpstreamError
from tests.routing.providers.bedrock.exchanges import CLAUDE, NOVA, target
from tests.routing.providers.bedrock.requests import CALLED, LLAMA, NEW_CLAUDE, OLD_CLAUDE, PIXEL, RESULT, TOOL
from tests.routing.providers.bedrock.test_response import ANYTHING

WHOLE: Json = {
    "messages": [
        {"role": "system", "content": [{"type": "text", "text": "S", "cache_control": {"type": "ephemeral"}}]},
        *CALLED,
        RESULT,
        {
            "role": "assistant",
            "content": "x",
            "thinking_blocks": [{"type": "thinking", "thinking": "t", "signature": "s"}],
        },
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PIXEL}"}},
                {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}},
                {"type": "native", "dialect": "anthropic_messages", "block": {"type": "search_result", "content": []}},
            ],
        },
    ],
    "tools": [TOOL, {"type": "custom", "custom": {"name": "c"}}],
    "tool_choice": {"type": "function", "function": {"name": "look_up"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    "reasoning_effort": "high",
    "thinking": {"type": "enabled", "budget_tokens": 2000},
    "max_tokens": 4000,
    "temperature": 0.5,
    "stop": ["a"],
    "top_k": 4,
    "service_tier": "flex",
    "metadata": {"a": "b"},
    "modalities": ["text"],
    "guardrailConfig": {"trace": "enabled"},
    "parallel_tool_calls": False,
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [place for key, one in inner for place in places(one, (*path, key))]


PLACES = places(WHOLE)


def changed(changes: list[tuple[tuple[Any, ...], Any]]) -> Json:
    body = copy.deepcopy(WHOLE)
    for (*path, last), value in changes:
        holder: Any = body
        with suppress(KeyError, IndexError, TypeError):
            for key in path:
                holder = holder[key]
            if isinstance(holder, list | dict) and isinstance(holder, list) == isinstance(last, int):
                holder[last] = value
    return body


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=4),
    st.sampled_from([CLAUDE, OLD_CLAUDE, NEW_CLAUDE, NOVA, LLAMA, "arn:aws:bedrock:x"]),
)
def test_changed_bodies_become_requests_or_are_refused(changes: list[tuple[tuple[Any, ...], Any]], model: str) -> None:
    body = changed(changes)
    for made in (BedrockAdapter(), BedrockMessagesAdapter(), BedrockCount()):
        for dialect in ("openai_chat", "anthropic_messages"):
            with suppress(UpstreamError):
                outgoing = made.build(Call("chat", dialect, body, "m"), target(model))
                assert isinstance(orjson.loads(outgoing.answered or outgoing.body), dict)
