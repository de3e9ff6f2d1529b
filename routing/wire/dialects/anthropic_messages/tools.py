"""Anthropic's tools and tool choice → OpenAI's."""

from typing import Any

from routing.wire.anthropic import DIALECT, TOOL_CHOICES
from routing.wire.contract import Json
from routing.wire.failure import bad_request
from routing.wire.reading import objects_in

# All tools are given to providers that cannot search them.
_SEARCH = "tool_search_tool"
# What only tells how the tool is offered or streamed.
_HINTS = frozenset({"defer_loading", "eager_input_streaming", "allowed_callers"})
_READ = frozenset({"type", "name", "description", "input_schema", "strict", "cache_control"})


def to_tools(body: Json, warnings: list[str]) -> list[Json]:
    """Functions, and native tools for what only Anthropic or its servers can do."""
    given = body.get("tools")
    if given is not None and not isinstance(given, list):
        raise bad_request("'tools' must be a list.", "tools")
    tools = []
    for index, tool in enumerate(given or []):
        made = _tool(tool, f"tools[{index}]", warnings)
        if made is not None:
            tools.append(made)
    servers = objects_in(body.get("mcp_servers"))
    return tools + [_native({"type": "mcp_server", **_nameable(server)}) for server in servers]


def _tool(tool: Any, where: str, warnings: list[str]) -> Json | None:
    if not isinstance(tool, dict):
        raise bad_request(f"'{where}' must be an object.", where)
    kind = tool.get("type") or "custom"
    if str(kind).startswith(_SEARCH):
        warnings.append(f"{where}: the tools are not searched but all offered")
        return None
    return _function(tool, where, warnings) if kind == "custom" else _native(tool)


def _function(tool: Json, where: str, warnings: list[str]) -> Json:
    if not isinstance(tool.get("name"), str):
        raise bad_request(f"'{where}.name' must be a text.", f"{where}.name")
    warnings += [f"{where}.{name} was left out" for name in tool if name not in _READ | _HINTS and tool[name]]
    function = {"name": tool["name"], "parameters": tool.get("input_schema") or {"type": "object", "properties": {}}}
    function |= {name: tool[name] for name in ("description", "strict") if tool.get(name) is not None}
    made: Json = {"type": "function", "function": function}
    if isinstance(tool.get("cache_control"), dict):
        made["cache_control"] = tool["cache_control"]
    return made


def _native(tool: Json) -> Json:
    return {"type": "native", "dialect": DIALECT, "tool": tool}


def _nameable(server: Json) -> Json:
    """Without its token: no other provider may see it."""
    return {name: server[name] for name in ("name", "url") if name in server}


def to_choice(choice: Any) -> Json:
    """`tool_choice` and `parallel_tool_calls`."""
    if choice is None:
        return {}
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind == "tool" and isinstance(choice.get("name"), str):
        made: Any = {"type": "function", "function": {"name": choice["name"]}}
    elif isinstance(kind, str) and kind in TOOL_CHOICES:
        made = TOOL_CHOICES[kind]
    else:
        raise bad_request("'tool_choice' must be auto, any, none, or a tool by its name.", "tool_choice")
    return {"tool_choice": made} | ({"parallel_tool_calls": False} if choice.get("disable_parallel_tool_use") else {})
