"""Tools and tool choice in Anthropic's words. https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview"""

import re
from typing import Any

from routing.providers.anthropic.draft import Draft, bad, unsupported
from routing.providers.anthropic.models import Traits
from routing.providers.anthropic.parts import marked
from routing.providers.anthropic.schema import closed, input_schema
from routing.wire.anthropic import DIALECT, TOOL_CHOICES
from routing.wire.chat import has_functions
from routing.wire.contract import Json
from routing.wire.reading import objects_in, text_in

WEB_SEARCH: Json = {"type": "web_search_20250305", "name": "web_search"}
# How others call their search of the web.
_SEARCHES = frozenset({"web_search", "web_search_preview", "google_search", "google_search_retrieval"})
_OWN = re.compile(r".+_\d{8}|mcp_toolset")  # Anthropic's own tools are dated
_CHOICES = {theirs: ours for ours, theirs in TOOL_CHOICES.items()}


def tool_fields(chat: Json, model: Traits, draft: Draft) -> Json:
    """`tools` and `tool_choice`, as far as the chat needs any."""
    tools = _tools(chat, model, draft)
    if not tools:
        return _of_history(chat, draft)
    choice = _choice(chat.get("tool_choice"), draft)
    if chat.get("parallel_tool_calls") is False:
        choice = choice or {"type": "auto"}
        if choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
    return {"tools": tools} | ({"tool_choice": choice} if choice else {})


def _tools(chat: Json, model: Traits, draft: Draft) -> list[Json]:
    given = [("tools", tool) for tool in objects_in(chat.get("tools"))]
    given += [
        ("functions", {"type": "function", "function": function}) for function in objects_in(chat.get("functions"))
    ]
    spares = has_functions(chat)
    tools = [
        _tool(tool, f"{name}[{index}]", model, draft)
        for index, (name, tool) in enumerate(given)
        if not (spares and _is_spared(tool, f"{name}[{index}]", draft))
    ]
    options = chat.get("web_search_options")
    if isinstance(options, dict):
        tools.append(_web_search(options))
    return tools


def _is_spared(tool: Json, where: str, draft: Draft) -> bool:
    """Whether it is another provider's server tool, which is then left out."""
    own = tool.get("tool")
    if tool.get("type") != "native" or tool.get("dialect") == DIALECT or (isinstance(own, dict) and _searches(own)):
        return False
    draft.warn(f"{where} was left out: a tool that only {tool.get('dialect')} knows")
    return True


def _searches(own: Json) -> bool:
    return text_in(own.get("type")) in _SEARCHES or not own.keys().isdisjoint(_SEARCHES)


def _tool(tool: Json, where: str, model: Traits, draft: Draft) -> Json:
    kind = text_in(tool.get("type")) or "function"
    if kind == "function" and isinstance(tool.get("function"), dict):
        return marked(_function(tool["function"], where, model, draft), tool)
    own = tool.get("tool")
    if kind == "native" and isinstance(own, dict):
        if tool.get("dialect") == DIALECT:
            return own
        if _searches(own):
            return _web_search(own)
        raise unsupported(f"'{where}' is a tool that only {tool.get('dialect')} knows.", where)
    if _OWN.fullmatch(kind):
        return tool
    raise unsupported(f"'{where}' is a tool of type {kind}, which Anthropic does not have.", where)


def _function(function: Json, where: str, model: Traits, draft: Draft) -> Json:
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise bad(f"'{where}.function.name' must be a text.", f"{where}.function.name")
    made: Json = {"name": draft.tool_name(name), "input_schema": input_schema(function.get("parameters"))}
    if isinstance(function.get("description"), str):
        made["description"] = function["description"]
    if function.get("strict") is True:
        if model.structured:
            made |= {"strict": True, "input_schema": closed(made["input_schema"])}
        else:
            draft.warn(f"{where}.function.strict was left out: this model has no strict tools")
    return made


def _web_search(options: Json) -> Json:
    place = options.get("user_location")
    place = place.get("approximate", place) if isinstance(place, dict) else None
    return {**WEB_SEARCH, "user_location": {"type": "approximate", **place}} if place else WEB_SEARCH


def _choice(choice: Any, draft: Draft) -> Json | None:
    if choice is None:
        return None
    if isinstance(choice, str) and choice in _CHOICES:
        return {"type": _CHOICES[choice]}
    function = choice.get("function", choice) if isinstance(choice, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return {"type": "tool", "name": draft.tool_name(function["name"])}
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = choice.get("allowed_tools", choice)
        mode = allowed.get("mode") if isinstance(allowed, dict) else None
        draft.warn("tool_choice: all tools are allowed")
        return {"type": "any" if mode == "required" else "auto"}
    raise bad("'tool_choice' must be auto, none, required, or a function by its name.", "tool_choice")


def _of_history(chat: Json, draft: Draft) -> Json:
    """Anthropic wants tools declared that the conversation has used, though none may be called any more."""
    names = dict.fromkeys(
        text_in(call["function"].get("name"))
        for message in objects_in(chat.get("messages"))
        for call in objects_in(message.get("tool_calls"))
        if isinstance(call.get("function"), dict)
    )
    tools = [{"name": draft.tool_name(name), "input_schema": input_schema(None)} for name in names if name]
    return {"tools": tools, "tool_choice": {"type": "none"}} if tools else {}
