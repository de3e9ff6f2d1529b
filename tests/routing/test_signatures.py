"""Google's signatures through the clients of other dialects: what they keep of an answer brings them back."""

import json
from typing import Any

import pytest

from routing.providers.gemini import request
from routing.providers.gemini.adapter import GeminiAdapter
from routing.wire.contract import Json
from routing.wire.dialects.registry import DIALECTS
from tests.routing.providers.gemini.exchanges import PROMPT, call_of, fed, kept, name, target_of
from tests.upstream.cassettes import Cassette

CALLING = [one for one in kept() if "tool_call_resp" in one.features and b"thoughtSignature" in one.body]
QUESTION: Json = {"role": "user", "content": "Q"}


def told(recorded: Cassette, dialect: str) -> Any:
    """What a client of a dialect gets: a whole answer, or the events of a stream."""
    call = call_of(PROMPT, dialect, stream=recorded.is_event_stream)
    call.to_chat = lambda _: PROMPT
    made = GeminiAdapter()
    made.build(call, target_of(recorded.model))
    if not recorded.is_event_stream:
        chat = made.parse(recorded.body).chat
        assert chat is not None
        return DIALECTS[dialect].answer(chat, made.usage, call)
    emitter = DIALECTS[dialect].emitter(call)
    written = b"".join(emitter.feed(event.chunks, made.usage) for event in fed(made, recorded.body))
    lines = (written + emitter.finish(made.usage)).split(b"\n")
    return [json.loads(line[5:]) for line in lines if line.startswith(b"data: {")]


def as_openai(said: Any) -> Json:
    """The next request of a client that keeps whole messages."""
    if isinstance(said, dict):
        return {"messages": [QUESTION, said["choices"][0]["message"]]}
    deltas = [choice["delta"] for chunk in said for choice in chunk["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    return {"messages": [QUESTION, {"role": "assistant", "content": None, "tool_calls": calls}]}


def as_anthropic(said: Any) -> Json:
    """The next request of a client that keeps content blocks."""
    blocks: list[Json] = said["content"] if isinstance(said, dict) else []
    for event in said if isinstance(said, list) else []:
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"]})
        elif event["type"] == "content_block_delta":
            for field in {"text", "thinking", "signature"} & set(event["delta"]):
                blocks[-1][field] = blocks[-1].get(field, "") + event["delta"][field]
    return {"max_tokens": 9, "messages": [QUESTION, {"role": "assistant", "content": blocks}]}


def as_responses(said: Any) -> Json:
    """The next request of a client that keeps output items."""
    output = said["output"] if isinstance(said, dict) else said[-1]["response"]["output"]
    return {"input": [QUESTION, *output]}


def signed(parts: list[Json]) -> list[tuple[str, str | None]]:
    return [(part["functionCall"]["name"], part.get("thoughtSignature")) for part in parts if "functionCall" in part]


# B39
@pytest.mark.parametrize(
    ("dialect", "next_request"),
    [("openai_chat", as_openai), ("anthropic_messages", as_anthropic), ("openai_responses", as_responses)],
)
@pytest.mark.parametrize("recorded", CALLING, ids=name)
def test_signatures_survive(recorded: Cassette, dialect: str, next_request: Any) -> None:
    answers = recorded.json_events if recorded.is_event_stream else [recorded.json]
    given = [one for a in answers for one in signed(a["candidates"][0]["content"].get("parts", []))]

    call = call_of(next_request(told(recorded, dialect)), dialect)
    back = request.translated(call, target_of("gemini-3-pro-preview"))

    assert signed([part for content in back["contents"] for part in content["parts"]]) == given
