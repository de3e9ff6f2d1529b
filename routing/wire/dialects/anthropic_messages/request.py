"""A Messages request → the internal form.

What is left out here is told: callers whose provider speaks this dialect itself lose nothing, since their body goes
through untouched. https://platform.claude.com/docs/en/api/messages
"""

from routing.wire.anthropic import without_attribution
from routing.wire.contract import Json
from routing.wire.dialects.anthropic_messages.content import system_content, to_messages
from routing.wire.dialects.anthropic_messages.tools import to_choice, to_tools
from routing.wire.failure import bad_request
from routing.wire.reading import objects_in

_SAME = ("max_tokens", "temperature", "top_p", "top_k", "thinking")
_TIERS = {"auto": "auto", "standard_only": "default"}
_EFFORTS = {"max": "xhigh"}
_READ = frozenset({
    *_SAME, "model", "messages", "stream", "system", "stop_sequences", "metadata", "service_tier", "tools",
    "tool_choice", "output_config", "output_format", "cache_control", "mcp_servers",
})  # fmt: skip


def to_chat(body: Json) -> Json:
    """The internal form. Raises `GatewayError` (400) that names the field at fault."""
    warnings: list[str] = [f"{name} was left out" for name in body if name not in _READ and body[name] is not None]
    chat: Json = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat["messages"] = _messages(body, warnings)
    if tools := to_tools(body, warnings):
        chat["tools"] = tools
    chat |= to_choice(body.get("tool_choice")) if tools else {}
    chat |= _output(body, warnings)
    if stops := body.get("stop_sequences"):
        chat["stop"] = stops
    if tier := body.get("service_tier"):
        chat["service_tier"] = _TIERS.get(str(tier), tier)
    user = (body.get("metadata") or {}).get("user_id") if isinstance(body.get("metadata"), dict) else None
    if isinstance(user, str):
        chat["user"] = user
    return {**chat, "warnings": warnings} if warnings else chat


def _messages(body: Json, warnings: list[str]) -> list[Json]:
    messages: list[Json] = []
    if system := system_content(without_attribution(body.get("system")), "system"):
        messages.append({"role": "system", "content": system})
    given = body.get("messages")
    if not isinstance(given, list):
        raise bad_request("'messages' must be a list of messages.", "messages")
    for index, message in enumerate(given):
        messages += to_messages(message, f"messages[{index}]", warnings)
    if isinstance(body.get("cache_control"), dict) and messages:
        # https://platform.claude.com/docs/en/build-with-claude/prompt-caching#automatic-caching
        messages[-1]["cache_control"] = body["cache_control"]
    return messages


def _output(body: Json, warnings: list[str]) -> Json:
    """Effort and format. `output_format` is the older name of `output_config.format`."""
    config = body.get("output_config")
    config = config if isinstance(config, dict) else {}
    warnings += [f"output_config.{name} was left out" for name in config if name not in ("effort", "format")]
    out: Json = {}
    if isinstance(effort := config.get("effort"), str):
        out["reasoning_effort"] = _EFFORTS.get(effort, effort)
    for wanted in objects_in([config.get("format") or body.get("output_format")]):
        schema = {"name": "output", "schema": wanted.get("schema"), "strict": True}
        out["response_format"] = {"type": "json_schema", "json_schema": schema}
    return out
