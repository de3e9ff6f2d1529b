"""The internal form → a chat request that a server of OpenAI's dialect takes: without our own fields.

Servers differ in what they know beyond OpenAI. A provider's setting `keeps` names, with commas, what it takes:
cache_control, reasoning_content, thinking, extra_content, developer, …
"""

import re
from typing import Any

from routing.providers.openai_compatible.messages import Messages
from routing.wire.contract import Call, Json, Target
from routing.wire.responses import objects
from routing.wire.thinking import wanted_effort

# What OpenAI knows and few others do; and what others know and OpenAI does not.
_OPENAI_ONLY = (
    "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "store", "metadata",
    "verbosity", "prediction", "web_search_options",
)  # fmt: skip
_OTHERS_ONLY = ("top_k",)
_NOBODY_S = ("google", "sandbox")  # of one kind of provider
OPENAI_KINDS = frozenset({"openai", "azure_openai"})
_OPENAI_KEEPS = frozenset({*_OPENAI_ONLY, "developer", "allowed_tools", "max_completion_tokens"})
# https://platform.openai.com/docs/guides/reasoning: these models refuse to be told how much to think.
_THOUGHTLESS = re.compile(r"(gpt-(3|4)|chatgpt-)")


def translated(call: Call, target: Target) -> Json:
    """The request. What the server does not know is left out with a warning.

    Raises `UpstreamError` (UNSUPPORTED) for content that would be lost.
    """
    chat, warnings, keeps = call.chat, call.warnings, _keeps(target)
    limited = (*_OPENAI_ONLY, *_OTHERS_ONLY, *_NOBODY_S)
    unknown = [name for name in limited if name not in keeps and chat.get(name) is not None]
    warnings += [f"'{name}' was left out." for name in unknown]
    gone = {*unknown, "thinking", "reasoning_effort", "max_tokens", "max_completion_tokens", "stream"}
    body = {name: value for name, value in chat.items() if name not in gone}
    body["messages"] = Messages(keeps, warnings).written(chat.get("messages"))
    if call.stream:
        body["stream"] = True
    return _with_tools(body, keeps, warnings) | _limit(chat, keeps) | _effort(chat, target, keeps, warnings)


def _keeps(target: Target) -> frozenset[str]:
    told = frozenset(filter(None, target.settings.get("keeps", "").replace(" ", "").split(",")))
    if target.kind in OPENAI_KINDS:
        return told | _OPENAI_KEEPS
    return told | {*_OTHERS_ONLY, *(["sandbox"] if target.kind == "sandbox" else [])}


def _limit(chat: Json, keeps: frozenset[str]) -> Json:
    limit = chat.get("max_completion_tokens") or chat.get("max_tokens")
    if limit is None:
        return {}
    return {"max_completion_tokens" if "max_completion_tokens" in keeps else "max_tokens": limit}


def _effort(chat: Json, target: Target, keeps: frozenset[str], warnings: list[str]) -> Json:
    if "thinking" in keeps and chat.get("thinking") is not None:
        return {"thinking": chat["thinking"]}
    effort = wanted_effort(chat)
    if effort is None or (effort == "none" and not chat.get("reasoning_effort")):
        return {}
    if target.kind in OPENAI_KINDS and _THOUGHTLESS.match(target.model):
        warnings.append(f"'reasoning_effort' was left out: {target.model} does not think.")
        return {}
    return {"reasoning_effort": effort}


def _with_tools(body: Json, keeps: frozenset[str], warnings: list[str]) -> Json:
    native = [tool for tool in objects(body.get("tools")) if tool.get("type") == "native"]
    warnings += [f"Left out: a tool that only {tool.get('dialect')} knows." for tool in native]
    tools = [_tool(tool, keeps, warnings) for tool in objects(body.get("tools")) if tool.get("type") != "native"]
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools" and "allowed_tools" not in keeps:
        tools, choice = _allowed(tools, choice.get("allowed_tools"))
    dependent: Json = {"tools": tools or None, "tool_choice": choice, "parallel_tool_calls": None}
    body = {**dependent, **{name: value for name, value in body.items() if name not in ("tools", "tool_choice")}}
    body |= {"tools": tools, "tool_choice": choice}
    gone = {name for name in dependent if not tools or body[name] is None}
    return {name: value for name, value in body.items() if name not in gone}


def _tool(tool: Json, keeps: frozenset[str], warnings: list[str]) -> Json:
    if "cache_control" not in tool or "cache_control" in keeps:
        return tool
    warnings.append("'cache_control' was left out.")
    return {name: value for name, value in tool.items() if name != "cache_control"}


def _allowed(tools: list[Json], allowed: Any) -> tuple[list[Json], Any]:
    """A choice among some of the tools: only these are shown."""
    if not isinstance(allowed, dict):
        return tools, None
    names = {_name(tool) for tool in objects(allowed.get("tools"))}
    return [tool for tool in tools if _name(tool) in names], allowed.get("mode") or "auto"


def _name(tool: Json) -> Any:
    function = tool.get("function")
    return function.get("name") if isinstance(function, dict) else None
