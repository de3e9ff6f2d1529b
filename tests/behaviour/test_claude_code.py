"""Claude Code's requests, as it sends them to a gateway: straight to Anthropic, and to other providers.

https://code.claude.com/docs/en/llm-gateway-protocol
"""

from typing import Any

import httpx
import pytest

from tests.routing.wire.dialects.anthropic_messages.sdk import streamed
from tests.tenant import Tenant
from tests.upstream import cassettes, messages, replies
from tests.upstream.handle import SiteHandle, Upstream

MARK = {"cache_control": {"type": "ephemeral"}}
BETAS = (
    "claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14,"
    "context-management-2025-06-27,prompt-caching-scope-2026-01-05,effort-2025-11-24"
)
HEADERS = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": BETAS,
    "anthropic-dangerous-direct-browser-access": "true",
    "user-agent": "claude-cli/2.1.177 (external, cli)",
    "x-app": "cli",
    "x-claude-code-session-id": "b4e5aaaa-9a3e-47c4-84ad-3a70f38c676e",
    "x-stainless-helper-method": "stream",
    "x-stainless-timeout": "600",
}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
USER = "user_0784b260_account_261d5434-c8c2-431f-b07d-2e480cd4622f_session_b4e5aaaa-9a3e-47c4-84ad-3a70f38c676e"
READ: dict[str, Any] = {
    "name": "Read",
    "description": "Reads a file.",
    "input_schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "file_path": {"type": "string", "description": "The absolute path"},
            "limit": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
            "pages": {"type": "array", "items": {"$ref": "#/$defs/page"}},
        },
        "required": ["file_path"],
        "additionalProperties": False,
        "$defs": {"page": {"type": "integer"}},
    },
}
BASH: dict[str, Any] = {
    "name": "Bash",
    "description": "Runs a command.",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
    "eager_input_streaming": True,
    **MARK,
}
MCP = {"name": "mcp__ide__getDiagnostics", "description": "", "input_schema": {"type": "object", "properties": {}}}
# A turn that has read a file and looked at a picture: what a session looks like from its second request on.
HISTORY: list[dict[str, Any]] = [
    {"role": "user", "content": [
        {"type": "text", "text": "<system-reminder>\nToday is Sunday.\n</system-reminder>"},
        {"type": "text", "text": "What does it look like?", **MARK},
    ]},
    {"role": "assistant", "content": [
        {"type": "thinking", "thinking": "I should look.", "signature": "c2lnbmF0dXJl"},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_01", "name": "Read", "input": {"file_path": "/a.png"}},
        {"type": "tool_use", "id": "toolu_02", "name": "Bash", "input": {}},
    ]},
    {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "toolu_01", "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        ]},
        {"type": "tool_result", "tool_use_id": "toolu_02", "content": "command not found", "is_error": True},
        {"type": "text", "text": "<system-reminder>\nUse the todo list.\n</system-reminder>", **MARK},
    ]},
]  # fmt: skip


def request(route: str, nonce: str = "36ee5", **fields: Any) -> dict[str, Any]:
    """A session's request."""
    note = f"x-anthropic-billing-header: cc_version=2.1.177.01c; cc_entrypoint=cli; cch={nonce};"
    return {
        "model": route,
        "max_tokens": 32_000,
        "system": [
            {"type": "text", "text": note},
            {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude.", **MARK},
            {"type": "text", "text": "Be concise.", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        ],
        "messages": HISTORY,
        "tools": [READ, BASH, MCP],
        "metadata": {"user_id": USER},
        "thinking": {"type": "adaptive"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "output_config": {"effort": "medium"},
        "stream": True,
        **fields,
    }


def send(tenant: Tenant, body: dict[str, Any], path: str = "/v1/messages", **headers: str) -> httpx.Response:
    """As ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN have it."""
    authorization = {"authorization": f"Bearer {tenant.secret}"}
    headers = {**HEADERS, **authorization, **headers}
    return httpx.post(f"{tenant.gateway.url}{path}?beta=true", json=body, headers=headers, timeout=60)


def claude(tenant: Tenant, site: SiteHandle) -> str:
    return tenant.route_as("anthropic", site, "claude-opus-4-6")


# B40
def test_anthropic_gets_all_of_it_unchanged(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    body = request(claude(tenant, site))

    answer = send(tenant, body)

    said, _ = streamed(answer.content)
    assert said.content[0].text == replies.TEXT  # type: ignore[union-attr]
    [asked] = site.requests
    assert asked["body"] == {**body, "model": "claude-opus-4-6"}
    assert asked["headers"]["anthropic-beta"] == BETAS
    assert asked["headers"]["anthropic-version"] == "2023-06-01"
    assert tenant.secret not in str(asked)
    assert "x-gateway-warning" not in answer.headers
    row = tenant.row(answer)
    assert (row.end_user, row.endpoint, row.outcome) == (USER, "messages", "ok")
    assert (row.input_tokens, row.cached_input_tokens, row.cache_write_tokens) == (700, 300, 100)


# B23, B39, B40, B41
def test_an_openai_model_gets_what_it_can_take(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")

    answer = send(tenant, request(tenant.route(site)))

    said, _ = streamed(answer.content)
    assert (said.content[0].text, said.stop_reason) == (replies.TEXT, "end_turn")  # type: ignore[union-attr]
    [asked] = site.requests
    body = asked["body"]
    assert (body["max_tokens"], body["reasoning_effort"], body["user"]) == (32_000, "medium", USER)
    assert [message["role"] for message in body["messages"]] == [
        "system", "user", "assistant", "tool", "tool", "user", "user",
    ]  # fmt: skip
    system, _, assistant, picture, failed, shown, _ = body["messages"]
    assert "billing" not in str(system)
    assert [call["function"]["arguments"] for call in assistant["tool_calls"]] == ['{"file_path":"/a.png"}', "{}"]
    assert (picture["tool_call_id"], failed["content"]) == ("toolu_01", "command not found")
    assert shown["content"][0]["image_url"]["url"] == f"data:image/png;base64,{PNG}"
    assert [tool["function"]["name"] for tool in body["tools"]] == ["Read", "Bash", "mcp__ide__getDiagnostics"]
    for word in ("cache_control", "thinking", "signature", "context_management", "eager"):
        assert word not in str(body)
    for word in ("cache_control", "context_management"):
        assert word in answer.headers["x-gateway-warning"]


def test_the_prompt_is_the_same_to_its_cache_in_each_request(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    route = tenant.route(site)
    for nonce in ("36ee5", "0aaa9"):
        send(tenant, request(route, nonce))
    first, second = (asked["body"] for asked in site.requests)
    assert first == second


# B41
def test_gemini_gets_a_schema_that_it_knows(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("cassette-f64b2385d429")

    answer = send(tenant, request(tenant.route_as("gemini", site, "gemini-2.5-flash")))

    said, _ = streamed(answer.content)
    assert said.content and said.usage.input_tokens
    body = site.requests[0]["body"]
    schema = body["tools"][0]["functionDeclarations"][0]
    for word in ("$schema", "$ref", "$defs", "exclusiveMinimum"):
        assert word not in str(schema.get("parameters", {}))
    assert "billing" not in str(body["systemInstruction"])
    assert body["generationConfig"]["maxOutputTokens"] == 32_000
    assert PNG in str(body["contents"])


def test_claude_on_bedrock_gets_the_betas_that_it_knows(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("cassette-fd2584295433")
    route = tenant.route_as("bedrock", site, "us.anthropic.claude-sonnet-4-5-20250929-v1:0")

    answer = send(tenant, request(route))

    said, _ = streamed(answer.content)
    assert said.content
    body = site.requests[0]["body"]
    assert body["anthropic_beta"] == [
        "interleaved-thinking-2025-05-14", "context-management-2025-06-27", "effort-2025-11-24",
    ]  # fmt: skip
    assert "billing" not in str(body["system"])
    assert "claude-code-20250219" in answer.headers["x-gateway-warning"]


# B19, B20
@pytest.mark.parametrize(
    ("kind", "recorded"),
    [("anthropic", "b22cec8d459e"), ("openai_compatible", "38c15d83db02"), ("openai_compatible", "c2a4d023dd6b"),
     ("openai_compatible", "aa387b4e9a48"), ("gemini", "632d873917bd")],
)  # fmt: skip
def test_a_tool_s_input_is_streamed_into_a_block_of_its_own(
    tenant: Tenant, upstream: Upstream, kind: str, recorded: str
) -> None:
    """Claude Code stops at "Content block not found" and "Content block is not a thinking block".

    https://github.com/BerriAI/litellm/issues/13373, https://github.com/BerriAI/litellm/issues/33224
    """
    route = tenant.route_as(kind, upstream.site(f"cassette-{recorded}"))

    answer = send(tenant, request(route))

    said, events = streamed(answer.content)
    opened: dict[int, str] = {}
    for event in events:
        if event.type == "content_block_start":
            assert event.index == len(opened)
            opened[event.index] = event.content_block.type
        elif event.type == "content_block_delta":
            wanted = {"thinking": ("thinking_delta", "signature_delta"), "tool_use": ("input_json_delta",)}
            assert event.delta.type in wanted.get(opened[event.index], ("text_delta", "citations_delta"))
    assert (said.stop_reason == "tool_use") == ("tool_use" in opened.values())
    assert said.usage.input_tokens > 0


def test_a_tool_that_takes_nothing_is_called_with_an_empty_object(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    body = request(tenant.route(site), messages=HISTORY[:2], stream=False)
    assert send(tenant, body).status_code == 200
    assert site.requests[0]["body"]["messages"][-1]["tool_calls"][1]["function"]["arguments"] == "{}"


def test_a_probe_of_one_token(tenant: Tenant, upstream: Upstream) -> None:
    """How it finds out whether a model may be used."""
    site = upstream.site("ok")
    route = tenant.route(site)
    probe = {"model": route, "max_tokens": 1, "messages": [{"role": "user", "content": "quota"}],
             "metadata": {"user_id": USER}}  # fmt: skip
    answer = send(tenant, probe)
    assert (answer.status_code, answer.json()["type"], site.requests[0]["body"]["max_tokens"]) == (200, "message", 1)


@pytest.mark.parametrize("kind", ["anthropic", "openai_compatible"])
def test_tokens_are_counted(tenant: Tenant, upstream: Upstream, kind: str) -> None:
    site = upstream.site("ok")
    body = request(tenant.route_as(kind, site))
    counted = {name: body[name] for name in ("model", "system", "messages", "tools", "thinking")}

    answer = send(tenant, counted, "/v1/messages/count_tokens")

    assert answer.status_code == 200
    if kind == "anthropic":
        assert answer.json() == {"input_tokens": messages.COUNTED}
        assert site.requests[0]["path"].endswith("/messages/count_tokens")
        assert site.requests[0]["headers"]["anthropic-beta"] == BETAS
    else:
        assert answer.json()["input_tokens"] > 100
        assert site.calls == 0


def test_a_server_tool_is_left_to_those_who_have_it(tenant: Tenant, upstream: Upstream) -> None:
    anthropic_s, other = upstream.site("ok"), upstream.site("ok")
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
    claudes, others = claude(tenant, anthropic_s), tenant.route(other)

    send(tenant, request(claudes, tools=[search]))
    answer = send(tenant, request(others, tools=[search]))

    assert anthropic_s.requests[0]["body"]["tools"] == [search]
    assert answer.status_code == 200
    assert "tools" not in other.requests[0]["body"]
    assert "tool" in answer.headers["x-gateway-warning"]


def test_either_header_carries_the_key(tenant: Tenant, upstream: Upstream) -> None:
    route = claude(tenant, upstream.site("ok"))
    bearer = {"authorization": f"Bearer {tenant.secret}"}
    for keys in ({"x-api-key": tenant.secret}, bearer, {**bearer, "x-api-key": tenant.secret}):
        answer = httpx.post(
            f"{tenant.gateway.url}/v1/messages?beta=true", json=request(route), headers={**HEADERS, **keys}
        )
        assert answer.status_code == 200


def test_its_first_requests_are_answered(tenant: Tenant, upstream: Upstream) -> None:
    """It opens its connection with HEAD /api/hello, and asks for the models it may offer."""
    route = claude(tenant, upstream.site("ok"))
    assert httpx.head(f"{tenant.gateway.url}/api/hello").status_code == 200
    headers = {**HEADERS, "authorization": f"Bearer {tenant.secret}"}
    page = httpx.get(f"{tenant.gateway.url}/v1/models?limit=1000", headers=headers).json()
    [card] = [card for card in page["data"] if card["id"] == route]
    assert card.keys() >= {"type", "display_name", "created_at"}
    assert page["has_more"] is False


@pytest.mark.parametrize("status", [429, 529])
def test_it_is_told_to_wait(tenant: Tenant, upstream: Upstream, status: int) -> None:
    answer = send(tenant, request(claude(tenant, upstream.site(f"status-{status}"))))
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == {429: "rate_limit_error", 529: "overloaded_error"}[status]
    if status == 429:
        assert answer.headers["retry-after"] == "7"


def test_a_recorded_request_s_tools_and_caches_survive(tenant: Tenant, upstream: Upstream) -> None:
    """The largest kept request with cache marks, to Anthropic and to OpenAI's dialect."""
    marked = [one for one in cassettes.kept() if one.provider == "anthropic" and "cache_control" in str(one.request)]
    recorded = max(marked, key=lambda one: len(str(one.request)))
    site, other = upstream.site("ok"), upstream.site("ok")
    straight, translated = claude(tenant, site), tenant.route(other)
    assert send(tenant, {**recorded.request, "model": straight}).status_code == 200
    assert send(tenant, {**recorded.request, "model": translated}).status_code == 200
    assert site.requests[0]["body"] == {**recorded.request, "model": "claude-opus-4-6"}
    assert "cache_control" not in str(other.requests[0]["body"])
