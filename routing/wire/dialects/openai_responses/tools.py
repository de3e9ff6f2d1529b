"""Tools and the choice among them → the internal form.

A custom tool, whose input is free text, becomes a function with one text; response.py turns its calls back.
"""

from collections.abc import Iterator
from typing import Any

from routing.wire.contract import Json
from routing.wire.failure import bad_request
from routing.wire.responses import DIALECT, objects

# Whatever only finds tools is not needed where all tools are shown.
_FINDERS = frozenset({"tool_search"})
_HOLDERS = frozenset({"additional_tools", "tool_search_output"})  # items that bring tools


def tools_in(body: Json) -> list[Json]:
    """All of a request's tools, those of namespaces and of input items among them. Raises `GatewayError` (400)."""
    tools = {str(tool.get("name") or id(tool)): tool for tool in _flat(_all_tools(body))}
    return [_tool(tool) for tool in tools.values()]


def custom_names(body: Json) -> frozenset[str]:
    """The names of the custom tools."""
    return frozenset(str(tool.get("name")) for tool in _flat(_all_tools(body)) if tool.get("type") == "custom")


def namespaces(body: Json) -> dict[str, str]:
    """Tool → its namespace, which its calls name."""
    spaces = [tool for tool in _all_tools(body) if tool.get("type") == "namespace"]
    return {str(tool.get("name")): str(space.get("name")) for space in spaces for tool in objects(space.get("tools"))}


def _all_tools(body: Json) -> list[Json]:
    tools = body.get("tools")
    if tools is not None and not isinstance(tools, list):
        raise bad_request("'tools' must be a list.", "tools")
    brought = [item.get("tools") for item in objects(body.get("input")) if str(item.get("type")) in _HOLDERS]
    return [tool for some in [tools, *brought] for tool in objects(some)]


def _flat(tools: list[Json]) -> Iterator[Json]:
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from objects(tool.get("tools"))
        elif str(tool.get("type")) not in _FINDERS:
            yield tool


def _tool(tool: Json) -> Json:
    kind = tool.get("type")
    if kind in ("function", "custom") and not isinstance(tool.get("name"), str):
        raise bad_request("A tool needs a name.", "tools")
    if kind == "function":
        known = ("name", "description", "parameters", "strict")
        function = {name: tool[name] for name in known if tool.get(name) is not None}
        return _marked(tool, {"type": "function", "function": function})
    if kind == "custom":
        return {"type": "function", "function": _as_function(tool)}
    return {"type": "native", "dialect": DIALECT, "tool": tool}


def _marked(tool: Json, said: Json) -> Json:
    return {**said, "cache_control": tool["cache_control"]} if tool.get("cache_control") else said


def _as_function(tool: Json) -> Json:
    description, form = str(tool.get("description") or ""), tool.get("format")
    if isinstance(form, dict) and form.get("definition"):
        description += f"\n\nThe input must follow this {form.get('syntax')} grammar:\n{form['definition']}"
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    return {
        "name": tool["name"],
        "description": description.strip(),
        "parameters": {**schema, "additionalProperties": False},
    }


def choice_in(choice: Any, warnings: list[str]) -> Any:
    """`tool_choice` in the internal form; None says nothing. Raises `GatewayError` (400)."""
    if choice is None or choice in ("auto", "none", "required"):
        return choice
    kind = choice.get("type") if isinstance(choice, dict) else None
    if kind in ("function", "custom") and isinstance(choice.get("name"), str):
        return {"type": "function", "function": {"name": choice["name"]}}
    if kind == "allowed_tools":
        tools = [tool for tool in objects(choice.get("tools")) if isinstance(tool.get("name"), str)]
        allowed = [{"type": "function", "function": {"name": tool["name"]}} for tool in tools]
        mode = choice.get("mode") or "auto"
        return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": allowed}}
    if isinstance(kind, str):  # a tool that OpenAI runs
        warnings.append(f"tool_choice '{kind}' was left out: only OpenAI runs that tool.")
        return None
    raise bad_request("'tool_choice' must be auto, none, required or name a tool.", "tool_choice")
