"""Codex CLI's requests: the Responses API, nothing stored, thoughts encrypted, tools of every type.

https://developers.openai.com/codex/config-reference, codex-rs/core/src/client.rs in https://github.com/openai/codex
"""

from typing import Any

import httpx
import pytest
from openai.types.responses import ResponseCustomToolCall, ResponseFunctionToolCall

from routing.models import StoredResponse
from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import SiteHandle, Upstream

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-old\n+new\n*** End Patch"
SHELL = {
    "type": "function", "name": "exec_command", "description": "Runs a command.", "strict": False,
    "parameters": {
        "type": "object", "properties": {"cmd": {"type": "string"}, "yield_time_ms": {"type": "number"}},
        "required": ["cmd"], "additionalProperties": False,
    },
}  # fmt: skip
APPLY_PATCH = {
    "type": "custom", "name": "apply_patch", "description": "A FREEFORM tool: do not wrap the patch in JSON.",
    "format": {"type": "grammar", "syntax": "lark", "definition": 'start: "*** Begin Patch" LF'},
}  # fmt: skip
MCP = {
    "type": "namespace", "name": "mcp__files", "description": "Tools of an MCP server.",
    "tools": [{**SHELL, "name": "mcp__files__stat"}],
}  # fmt: skip
TOOLS: list[dict[str, Any]] = [
    SHELL, APPLY_PATCH, MCP, {"type": "local_shell"}, {"type": "web_search", "external_web_access": True},
]  # fmt: skip
INPUT: list[dict[str, Any]] = [
    {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "<permissions>…"}]},
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "<environment_context>…"}]},
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Mend a.py."}]},
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look first."}], "content": None,
     "encrypted_content": "gAAAAABopaque"},
    {"type": "function_call", "name": "exec_command", "arguments": '{"cmd":"cat a.py"}', "call_id": "call_1"},
    {"type": "function_call_output", "call_id": "call_1", "output": "old"},
    {"type": "custom_tool_call", "status": "completed", "call_id": "call_2", "name": "apply_patch", "input": PATCH},
    {"type": "custom_tool_call_output", "call_id": "call_2", "output": "Done!"},
    {"type": "local_shell_call", "call_id": "call_3", "status": "completed",
     "action": {"type": "exec", "command": ["ls"], "timeout_ms": None, "working_directory": None, "env": None}},
    {"type": "local_shell_call_output", "call_id": "call_3", "output": "a.py"},
]  # fmt: skip


def request(route: str, **fields: Any) -> dict[str, Any]:
    """The request of a later turn."""
    return {
        "model": route,
        "instructions": "You are a coding agent running in the Codex CLI.",
        "input": INPUT,
        "tools": TOOLS,
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning": {"effort": "medium", "summary": "auto"},
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "0198f3c2-7f5e-7b6e-9a51-1d2c3b4a5f60",
        "text": {"verbosity": "low"},
        "client_metadata": {"x-codex-installation-id": "1"},
        **fields,
    }


def send(tenant: Tenant, body: dict[str, Any]) -> httpx.Response:
    """As a provider with `wire_api = "responses"` and `env_key` has it."""
    headers = {
        "originator": "codex_cli_rs", "user-agent": "codex_cli_rs/0.154.0", "session_id": "1",
        "accept": "text/event-stream",
    }  # fmt: skip
    return tenant.http.post("/responses", json=body, headers=headers)


def read(tenant: Tenant, body: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The response as OpenAI's SDK puts it together, and its events."""
    with tenant.openai.responses.stream(**{name: body[name] for name in body if name not in _NOT_IN_SDK}) as stream:
        events = list(stream)
        return stream.get_final_response(), events


_NOT_IN_SDK = ("stream", "client_metadata")


def claude(tenant: Tenant, site: SiteHandle) -> str:
    return tenant.route_as("anthropic", site, "claude-sonnet-4-5")


# B40
def test_openai_gets_all_of_it_unchanged(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("responses")
    body = request(tenant.route_as("openai", site, "gpt-5-codex"))

    answer = send(tenant, body)

    assert answer.status_code == 200
    assert '"type": "response.completed"' in answer.text
    [asked] = site.requests
    assert asked["body"] == {**body, "model": "gpt-5-codex"}
    assert "x-gateway-warning" not in answer.headers
    row = tenant.row(answer)
    assert (row.endpoint, row.input_tokens, row.cached_input_tokens, row.output_tokens) == ("responses", 1000, 300, 200)


# B40, B41
def test_another_model_gets_its_tools_and_its_history(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")

    answer = send(tenant, request(tenant.route(site)))

    assert "response.completed" in answer.text and answer.status_code == 200
    body = site.requests[0]["body"]
    assert [tool["function"]["name"] for tool in body["tools"]] == ["exec_command", "apply_patch", "mcp__files__stat"]
    assert "*** Begin Patch" in body["tools"][1]["function"]["description"]
    assert body["reasoning_effort"] == "medium"
    calls = [call for message in body["messages"] for call in message.get("tool_calls", ())]
    assert [(call["id"], call["function"]["name"]) for call in calls] == [
        ("call_1", "exec_command"), ("call_2", "apply_patch"),
    ]  # fmt: skip
    results = [message for message in body["messages"] if message["role"] == "tool"]
    assert [(result["tool_call_id"], result["content"]) for result in results] == [
        ("call_1", "old"), ("call_2", "Done!"),
    ]  # fmt: skip
    assert body["messages"][0] == {"role": "system", "content": "You are a coding agent running in the Codex CLI."}
    assert "opaque" not in str(body)
    for word in ("prompt_cache_key", "client_metadata", "only openai_responses knows"):
        assert word in answer.headers["x-gateway-warning"]
    assert not StoredResponse.objects.for_organization(tenant.organization).exists()


@pytest.mark.parametrize(
    ("kind", "recorded", "model"),
    [
        ("anthropic", "9e3e3e78e576", "claude-sonnet-4-5"),
        ("gemini", "d37d2968e459", "gemini-2.5-flash"),
        ("bedrock", "d31562577e18", "openai.gpt-oss-120b-1:0"),
    ],
)
def test_a_server_tool_that_a_provider_lacks_is_left_out(
    tenant: Tenant, upstream: Upstream, kind: str, recorded: str, model: str
) -> None:
    """https://github.com/BerriAI/litellm/issues/27655"""
    site = upstream.site(f"cassette-{recorded}")

    answer = send(tenant, request(tenant.route_as(kind, site, model)))

    assert "response.completed" in answer.text, answer.text
    sent = str(site.requests[0]["body"])
    assert "exec_command" in sent and "mcp__files__stat" in sent and "local_shell" not in sent
    assert ("search" in sent.lower()) is (kind != "bedrock")  # Anthropic and Google have one of their own
    assert "left out" in answer.headers["x-gateway-warning"]


@pytest.mark.parametrize("kind", ["anthropic", "openai_compatible"])
def test_a_patch_comes_as_free_text(tenant: Tenant, upstream: Upstream, kind: str) -> None:
    """https://github.com/BerriAI/litellm/pull/31571"""
    route = tenant.route_as(kind, upstream.site("calls-apply_patch"), "claude-sonnet-4-5")

    response, events = read(tenant, request(route))

    [call] = [item for item in response.output if isinstance(item, ResponseCustomToolCall)]
    assert (call.name, call.input) == ("apply_patch", "*** Begin Patch\n+ünïcode\n*** End Patch")
    written = "".join(event.delta for event in events if event.type == "response.custom_tool_call_input.delta")
    assert written == call.input


@pytest.mark.parametrize("kind", ["anthropic", "openai_compatible"])
def test_an_mcp_tool_s_call_names_its_namespace(tenant: Tenant, upstream: Upstream, kind: str) -> None:
    route = tenant.route_as(kind, upstream.site("calls-mcp__files__stat"), "claude-sonnet-4-5")
    response, _ = read(tenant, request(route))
    [call] = [item for item in response.output if isinstance(item, ResponseFunctionToolCall)]
    assert (call.name, call.model_dump()["namespace"]) == ("mcp__files__stat", "mcp__files")


# B39: nothing is stored, so that thoughts travel with the client
def test_claude_s_thoughts_come_encrypted_and_go_back_signed(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("turns-382209ed592f.382209ed592f")
    route = claude(tenant, site)

    first, _ = read(tenant, request(route))
    said = [item.model_dump(exclude_none=True) for item in first.output]
    more = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go on."}]}
    read(tenant, request(route, input=[*INPUT, *said, more]))

    [reasoning] = [item for item in said if item["type"] == "reasoning"]
    assert reasoning["encrypted_content"]
    signed = [
        block
        for message in site.requests[1]["body"]["messages"]
        for block in message["content"]
        if isinstance(block, dict) and block.get("signature")
    ]
    assert len(signed) == 1 and signed[0]["thinking"]
    assert "opaque" not in str(site.requests[1]["body"])  # OpenAI's alone to read


def test_words_come_one_by_one(tenant: Tenant, upstream: Upstream) -> None:
    response, events = read(tenant, request(tenant.route(upstream.site("ok"))))
    assert tuple(event.delta for event in events if event.type == "response.output_text.delta") == replies.WORDS
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (response.output_text, response.store) == (replies.TEXT, False)


def test_models_are_listed(tenant: Tenant, upstream: Upstream) -> None:
    route = tenant.route(upstream.site("ok"))
    listed = tenant.http.get("/models?client_version=0.154.0").json()
    assert route in [model["id"] for model in listed["data"]]
