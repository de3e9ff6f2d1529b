"""Anthropic's dialect through the data plane: in front of its own provider, of others, and as a provider of others'."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from routing.proxy.upstream import Upstream
from routing.wire.contract import Json, Target
from tests.clock import jumping
from tests.routing.providers.anthropic.exchanges import block_stream, event, events_of
from tests.routing.proxy.parts import (
    MESSAGES,
    Answer,
    Client,
    Rig,
    ScriptedUpstream,
    deployment,
    failure,
    route,
    stream,
    whole,
)
from tests.routing.wire.dialects.anthropic_messages.sdk import streamed
from tests.routing.wire.dialects.anthropic_messages.test_stream import checked

BODY: Json = {"model": "m", "max_tokens": 50, "messages": MESSAGES}
USED = {"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20, "output_tokens": 5}
CLAUDE = Target("anthropic", "https://api.anthropic.example/v1", "claude-sonnet-4-5", secrets=("sk-ant-0123456789",))
HELLO = block_stream({"type": "text", "text": ""}, {"type": "text_delta", "text": "Hello"})


def message(*content: Json, stop: str = "end_turn") -> bytes:
    """A whole answer of Anthropic's."""
    said = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": list(content),
    }
    return orjson.dumps({**said, "stop_reason": stop, "stop_sequence": None, "usage": USED})


TEXT = {"type": "text", "text": "Hello"}


def claude(directory: Path, *answers: Answer) -> Rig:
    return Rig(directory, ScriptedUpstream(*answers), route(deployment(target=CLAUDE)))


def gpt(directory: Path, *answers: Answer) -> Rig:
    return Rig(directory, ScriptedUpstream(*answers), route(deployment()))


async def messages(rig: Rig, path: str = "/v1/messages", **fields: Any) -> Client:
    return await rig.call(Client({**BODY, **fields}, path))


def sent(rig: Rig) -> list[Json]:
    upstream = rig.plane.upstream
    assert isinstance(upstream, ScriptedUpstream)
    return [body for _, body in upstream.calls]


# B8, B40: straight through, whatever the fields are
@jumping
async def test_claude_code_s_request_reaches_anthropic_as_it_is(tmp_path: Path) -> None:
    body = message(TEXT)
    rig = claude(tmp_path, Answer([body]))
    marked = {"cache_control": {"type": "ephemeral"}}
    fields: Json = {
        "system": [{"type": "text", "text": "You are Claude Code."}, {"type": "text", "text": "Rules", **marked}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", **marked}]}],
        "tools": [{"name": "Bash", "input_schema": {"type": "object"}, "eager_input_streaming": True, **marked}],
        "thinking": {"type": "adaptive"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "metadata": {"user_id": "user_1"},
        "brand_new_field": 1,
    }

    client = await messages(rig, **fields)

    assert client.body == body
    assert sent(rig) == [{**BODY, **fields, "model": "claude-sonnet-4-5"}]
    assert "x-gateway-warning" not in client.headers
    assert rig.row["end_user"] == "user_1"
    assert rig.row["endpoint"] == "messages"
    counts = (rig.row["input_tokens"], rig.row["cached_input_tokens"], rig.row["cache_write_tokens"])
    assert (*counts, rig.row["output_tokens"]) == (130, 100, 20, 5)


@jumping
async def test_a_stream_of_its_own_dialect_goes_on_as_it_came(tmp_path: Path) -> None:
    pinged = HELLO.replace(event("message_stop"), event("ping") + event("message_stop"))
    rig = claude(tmp_path, Answer([pinged[:40], pinged[40:]]))
    client = await messages(rig, stream=True)
    assert client.body == pinged
    assert (rig.row["outcome"], rig.row["output_tokens"]) == ("ok", 5)


# B20
@jumping
async def test_another_provider_s_stream_is_anthropic_s_to_its_sdk(tmp_path: Path) -> None:
    rig = gpt(tmp_path, stream("Hel", "lo"))
    client = await messages(rig, stream=True, system=[{"type": "text", "text": "Be brief."}])
    events = checked(client.body)
    assert events[0]["message"]["usage"]["input_tokens"] > 0
    said, _ = streamed(client.body)
    assert [block.text for block in said.content if block.type == "text"] == ["Hello"]
    assert (said.usage.input_tokens, said.usage.output_tokens) == (10, 5)
    [body] = sent(rig)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert 50 in (body.get("max_tokens"), body.get("max_completion_tokens"))  # B40


@jumping
async def test_another_provider_s_answer_is_a_message(tmp_path: Path) -> None:
    rig = gpt(tmp_path, Answer([whole("Hello")]))
    client = await messages(rig)
    assert client.json["content"] == [TEXT]
    assert client.json["usage"]["input_tokens"] == 10


# B39: an OpenAI client's rounds with tools and thoughts
@jumping
async def test_thoughts_survive_many_rounds_of_an_openai_client(tmp_path: Path) -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    uses = [{"type": "tool_use", "id": f"toolu_{n}", "name": "add", "input": {"n": n}} for n in range(3)]
    answers = [Answer([message(thought, use, stop="tool_use")]) for use in uses]
    rig = claude(tmp_path, *answers, Answer([message(TEXT)]))
    tools = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}]
    history = list(MESSAGES)
    for use in uses:
        client = await rig.call(Client({"model": "m", "messages": history, "tools": tools, "reasoning_effort": "low"}))
        said = client.json["choices"][0]["message"]
        history += [said, {"role": "tool", "tool_call_id": said["tool_calls"][0]["id"], "content": ""}]
        assert said["tool_calls"][0]["id"] == use["id"]
    client = await rig.call(Client({"model": "m", "messages": history, "tools": tools, "reasoning_effort": "low"}))

    assert client.json["choices"][0]["message"]["content"] == "Hello"
    last = sent(rig)[-1]
    assert last["thinking"]["type"] == "enabled"
    assert [turn["content"] for turn in last["messages"] if turn["role"] == "assistant"] == [
        [thought, use] for use in uses
    ]


@jumping
async def test_an_openai_client_s_stream_from_claude(tmp_path: Path) -> None:
    rig = claude(tmp_path, Answer([HELLO]))
    client = await rig.chat(stream=True, stream_options={"include_usage": True})
    chunks = [orjson.loads(line[6:]) for line in client.body.split(b"\n\n") if line.startswith(b"data: {")]
    assert "".join(c["delta"].get("content", "") for chunk in chunks for c in chunk["choices"]) == "Hello"
    assert chunks[-1]["usage"]["prompt_tokens"] == 9
    assert client.body.endswith(b"data: [DONE]\n\n")


# B40
@jumping
async def test_what_claude_does_not_take_is_told_in_a_header(tmp_path: Path) -> None:
    rig = claude(tmp_path, Answer([message(TEXT)]))
    client = await rig.chat(seed=7, temperature=1.5)
    assert client.headers["x-gateway-warning"] == "seed was left out; temperature was lowered to 1, Anthropic's highest"


@jumping
async def test_several_answers_are_refused_by_name(tmp_path: Path) -> None:
    client = await claude(tmp_path).chat(n=2)
    assert (client.status, client.error["param"]) == (400, "n")


@jumping
async def test_errors_are_in_anthropic_s_words(tmp_path: Path) -> None:
    rig = gpt(tmp_path, failure(429, {"retry-after": "7"}, "Slow down."))
    client = await messages(rig)
    assert (client.status, client.headers["retry-after"]) == (429, "7")
    assert client.json["type"] == "error"
    assert client.error["type"] == "rate_limit_error"
    assert client.json["request_id"] == client.headers["x-request-id"]
    refused = await messages(rig, messages="Hi")
    assert (refused.status, refused.error["type"]) == (400, "invalid_request_error")


# B6
@jumping
async def test_a_stream_that_breaks_off_ends_in_an_error_event(tmp_path: Path) -> None:
    for made in (claude(tmp_path / "a", Answer([HELLO[:400]])), gpt(tmp_path / "b", Answer([stream("Hi").pieces[1]]))):
        client = await messages(made, stream=True)
        [*_, error] = events_of(client.body)
        assert error["type"] == "error"
        assert b"message_stop" not in client.body
        assert client.chunks[-1].startswith(b"event: error\n")
        assert made.row["outcome"] == "truncated"


@jumping
async def test_tokens_are_counted_by_anthropic_or_by_us(tmp_path: Path) -> None:
    native = claude(tmp_path / "a", Answer([b'{"input_tokens":14}']))
    client = await messages(native, "/v1/messages/count_tokens")
    assert client.json == {"input_tokens": 14}
    assert native.row["cost_nano"] == 0

    own = Rig(tmp_path / "b", Upstream(allow_private=False), route(deployment()))
    client = await messages(own, "/v1/messages/count_tokens")
    await own.plane.upstream.close()
    assert client.json["input_tokens"] > 3
    assert (own.row["cost_nano"], own.row["outcome"], own.row["unpriced"]) == (0, "ok", False)


@jumping
async def test_a_key_may_be_limited_to_messages(tmp_path: Path) -> None:
    rig = Rig(tmp_path, ScriptedUpstream(), route(deployment()), endpoints=("chat",))
    client = await messages(rig)
    assert (client.status, client.error["type"]) == (403, "permission_error")


@pytest.mark.parametrize("name", ["anthropic-beta", "anthropic-version"])
@jumping
async def test_a_caller_s_headers_for_anthropic_are_passed(tmp_path: Path, name: str) -> None:
    seen: list[dict[str, str]] = []

    class Watching(ScriptedUpstream):
        async def send(self, outgoing: Any, target: Target, connect: float) -> Answer:
            seen.append(dict(outgoing.headers))
            return await super().send(outgoing, target, connect)

    rig = Rig(tmp_path, Watching(Answer([message(TEXT)])), route(deployment(target=CLAUDE)))
    client = Client(BODY, "/v1/messages")
    client.scope["headers"].append((name.encode(), b"x-2026"))
    await rig.call(client)
    assert seen[0][name] == "x-2026"
