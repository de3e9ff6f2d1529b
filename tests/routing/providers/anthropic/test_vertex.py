"""Claude on Vertex AI: Anthropic's words behind Google's paths."""

from typing import Any

import orjson
import pytest

from routing.providers.anthropic.vertex import VertexClaudeAdapter
from routing.providers.gemini.adapter import GeminiAdapter
from routing.providers.registry import adapter_for
from routing.wire.contract import Call, Json, Outgoing, Target
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette

CLAUDE = "claude-sonnet-4-5@20250929"
BODY: Json = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}
RECORDED = {
    one.id: one for one in [*cassettes.kept(), *cassettes.full("vertex")] if one.endpoint == "vertex.rawPredict"
}


def target(model: str = CLAUDE, **settings: str) -> Target:
    settings = {"project": "p", "region": "us-east5", **settings}
    return Target("vertex", "https://us-east5-aiplatform.googleapis.com/v1", model, secrets=("key",), settings=settings)


def sent(dialect: str = "anthropic_messages", operation: str = "chat", **fields: Any) -> tuple[Outgoing, Json]:
    call = Call(operation, dialect, {**BODY, **fields}, "m", bool(fields.get("stream")))
    if dialect == "anthropic_messages":
        call.to_chat = ANTHROPIC_MESSAGES.to_chat
    call.headers = {"anthropic-beta": "context-1m-2025-08-07", "anthropic-version": "2023-06-01"}
    adapter = adapter_for(target(), call)
    assert isinstance(adapter, VertexClaudeAdapter)
    outgoing = adapter.build(call, target())
    return outgoing, orjson.loads(outgoing.body)


@pytest.mark.parametrize(("stream", "method"), [(False, "rawPredict"), (True, "streamRawPredict")])
def test_a_caller_s_own_words_go_on_with_the_model_in_the_path(stream: bool, method: str) -> None:
    outgoing, body = sent(stream=stream, brand_new=1)
    assert outgoing.path == f"/projects/p/locations/us-east5/publishers/anthropic/models/{CLAUDE}:{method}"
    rest = {name: value for name, value in BODY.items() if name != "model"}
    assert body == {"anthropic_version": "vertex-2023-10-16", **rest, "stream": stream, "brand_new": 1}
    assert outgoing.headers == [("anthropic-beta", "context-1m-2025-08-07")]


def test_others_are_translated() -> None:
    _, body = sent("openai_chat", temperature=0.5)
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    assert (body["anthropic_version"], body["max_tokens"], body["temperature"]) == ("vertex-2023-10-16", 9, 0.5)
    assert "model" not in body


def test_tokens_are_counted_by_a_model_of_its_own() -> None:
    outgoing, body = sent(operation="count_tokens")
    assert outgoing.path.endswith("/publishers/anthropic/models/count-tokens:rawPredict")
    assert body["model"] == CLAUDE


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (CLAUDE, VertexClaudeAdapter),
        ("publishers/anthropic/models/claude-3-haiku", VertexClaudeAdapter),
        ("projects/p/locations/l/publishers/anthropic/models/claude-3-haiku", VertexClaudeAdapter),
        ("gemini-2.5-pro", GeminiAdapter),
        ("publishers/google/models/gemini-2.5-pro", GeminiAdapter),
    ],
)
def test_the_model_decides(model: str, kind: type) -> None:
    assert type(adapter_for(target(model), Call("chat", "openai_chat", BODY, "m"))) is kind


@pytest.mark.parametrize("recorded", RECORDED.values(), ids=lambda one: one.id)
def test_recorded_exchanges(recorded: Cassette) -> None:
    stream = bool(recorded.request.get("stream"))
    call = Call("chat", "anthropic_messages", recorded.request, "m", stream, to_chat=ANTHROPIC_MESSAGES.to_chat)
    project, region = (recorded.url.split(f"/{name}/")[1].split("/")[0] for name in ("projects", "locations"))
    at = target(recorded.model, project=project, region=region)
    adapter = adapter_for(at, call)
    outgoing = adapter.build(call, at)
    assert recorded.url.endswith(outgoing.path)
    assert orjson.loads(outgoing.body) == recorded.request
    if stream:
        events = [event for i in range(0, len(recorded.body), 50) for event in adapter.feed(recorded.body[i : i + 50])]
        assert adapter.finish() == []
        assert events[-1].last
    else:
        assert adapter.parse(recorded.body).raw == recorded.body
    assert adapter.usage.output_tokens == (recorded.usage or {})["output_tokens"]
