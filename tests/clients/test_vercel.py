"""Vercel's AI SDK works through the gateway, in each of the dialects that it speaks."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clients.environment import ROOT, output
from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream

SCRIPT = Path(__file__).parent / "vercel" / "drive.mjs"
needs_packages = pytest.mark.skipif(
    not (shutil.which("node") and (ROOT / "node_modules" / "ai").is_dir()),
    reason="the AI SDK is not installed: make node_modules/.stamp-clients",
)


def drive(tenant: Tenant, **task: Any) -> dict[str, Any]:
    """What the script says of the gateway."""
    said: dict[str, Any] = json.loads(output(["node", str(SCRIPT), json.dumps(task)], tenant))
    return said


@needs_packages
@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        ("openai-compatible", "openai_compatible"),
        ("openai-chat", "openai_compatible"),
        ("openai", "openai_compatible"),  # the Responses API, translated
        ("anthropic", "anthropic"),
        ("anthropic", "openai_compatible"),
        ("google", "openai_compatible"),
        ("openai", "anthropic"),
    ],
)
def test_the_ai_sdk(tenant: Tenant, upstream: Upstream, provider: str, kind: str) -> None:
    calling = upstream.site("calls-weather")
    embeds = provider in ("openai", "openai-compatible") and kind == "openai_compatible"
    text, calls, as_json = (
        tenant.route_as(kind, site, "claude-sonnet-4-5")
        for site in (upstream.site("ok"), calling, upstream.site("json"))
    )

    said = drive(tenant, provider=provider, text=text, calls=calls, json=as_json, embeds=embeds)

    counted = {"anthropic": (700, 200), "openai_compatible": (1000, 200)}[kind]
    assert said["whole"]["text"] == replies.TEXT
    assert (said["whole"]["input"], said["whole"]["output"]) == counted
    assert said["streamed"]["words"] == [*replies.WORDS]
    assert (said["streamed"]["input"], said["streamed"]["output"]) == counted
    assert said["whole"]["finishReason"] == said["streamed"]["finishReason"] == "stop"
    result = "*** Begin Patch\n+ünïcode\n*** End Patch: 12 °C"
    assert said["tools"] == [{"finishReason": "tool-calls", "outputs": [result]}] * 2
    assert "12 °C" in json.dumps(calling.requests[1]["body"], ensure_ascii=False)
    assert said["object"] == {"city": "Oslo", "people": 7}
    assert (said["error"]["name"], said["error"]["status"]) == ("AI_APICallError", 404)
    assert "nothing-here" in said["error"]["message"]
    if embeds:
        assert said["embeddings"] == [[0.5, -0.25, 1.0]] * 2
