"""All recorded chats of the OpenAI-shaped providers pass unchanged, however their bytes are cut."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from billing.models import UsageEvent
from tests.load import session
from tests.tenant import Tenant, chat_body
from tests.upstream import cassettes
from tests.upstream.cassettes import Cassette
from tests.upstream.handle import Upstream

PROVIDERS = ["deepseek", "groq", "llama.cpp", "mistral", "ollama", "openai", "openrouter", "together", "vllm", "xai"]
METERED = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens", "cost", "outcome")


@dataclass
class Passed:
    """What the client saw of one exchange."""

    status: int
    request_id: str
    data: Any = None
    done: bool = False
    events: list[Any] = field(default_factory=list)


async def ask(client: aiohttp.ClientSession, tenant: Tenant, route: str, recorded: Cassette) -> Passed:
    """Replay one exchange through the gateway."""
    given = {**recorded.request, "cassette": recorded.id}
    if given.get("stream"):
        given["stream_options"] = {"include_usage": True}
    body = chat_body(**{**given, "model": route})
    headers = {"authorization": f"Bearer {tenant.secret}"}
    url = f"{tenant.gateway.url}/v1/chat/completions"
    async with client.post(url, json=body, headers=headers) as response:
        text = await response.text()
        passed = Passed(response.status, response.headers["x-request-id"])
        if response.content_type != "text/event-stream":
            passed.data = json.loads(text)
        else:
            lines = [line[5:].strip() for line in text.split("\n") if line.startswith("data:")]
            passed.done = "[DONE]" in lines
            passed.events = [json.loads(line) for line in lines if line != "[DONE]"]
        return passed


def replay(tenant: Tenant, route: str, recordings: list[Cassette]) -> list[Passed]:
    """All exchanges, some at a time."""

    async def ask_all() -> list[Passed]:
        turn = asyncio.Semaphore(8)

        async def ask_in_turn(recorded: Cassette) -> Passed:
            async with turn:
                return await ask(client, tenant, route, recorded)

        async with session() as client:
            return await asyncio.gather(*(ask_in_turn(recorded) for recorded in recordings))

    return asyncio.run(ask_all())


def is_whole_success(recorded: Cassette) -> bool:
    """A chat that went well; a few recordings lost their body or hold an error in the middle."""
    chat = recorded.endpoint == "chat.completions" and recorded.status == 200
    return chat and bool(recorded.body) and "midstream_error" not in recorded.features


def metered(tenant: Tenant, passed: list[Passed]) -> list[tuple[Any, ...]]:
    """The ledger's figures, in the order of the exchanges."""
    ids = [one.request_id for one in passed]
    tenant.rows(count=len(ids), request_id__in=ids)
    rows = {row.request_id: row for row in UsageEvent.objects.filter(request_id__in=ids)}
    return [tuple(getattr(rows[request_id], name) for name in METERED) for request_id in ids]


# B21, B40
@pytest.mark.skipif(not cassettes.FULL.exists(), reason="needs the recorded traffic in ../shared/data/wire/dev")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_recorded_chats_pass_unchanged(tenant: Tenant, upstream: Upstream, provider: str) -> None:
    recordings = [recorded for recorded in cassettes.full(provider) if is_whole_success(recorded)]
    assert recordings
    plain, scattered = tenant.route(upstream.site("replay")), tenant.route(upstream.site("replay+scattered"))

    passed, cut = replay(tenant, plain, recordings), replay(tenant, scattered, recordings)

    assert [one.status for one in passed] == [200] * len(recordings)
    for recorded, one in zip(recordings, passed, strict=True):
        if recorded.is_event_stream:
            assert one.events == recorded.json_events, recorded.id
        else:
            assert one.data == recorded.json, recorded.id
    assert [(one.data, one.events, one.done) for one in cut] == [(one.data, one.events, one.done) for one in passed]
    assert metered(tenant, cut) == metered(tenant, passed)
