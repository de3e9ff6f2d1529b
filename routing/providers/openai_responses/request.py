"""A call → a Responses request: the caller's own where it speaks that API, else written from the internal form.

https://platform.openai.com/docs/api-reference/responses/create
"""

from typing import Any

from routing.providers.openai_responses.items import input_items
from routing.wire import json_text
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, UpstreamError
from routing.wire.responses import DIALECT, is_sealed, objects
from routing.wire.thinking import wanted_effort

PATH = "/responses"
FEWEST_TOKENS = 16  # below it OpenAI refuses
_SAME = (
    "temperature", "top_p", "user", "metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention",
    "safety_identifier", "parallel_tool_calls", "top_logprobs",
)  # fmt: skip
_READ = {
    "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "response_format",
    "verbosity", "reasoning_effort", "thinking", "tools", "tool_choice", "logprobs", "store", "web_search_options",
    "functions", "function_call",
}  # fmt: skip
_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast"})
_EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})
_FUNCTION = frozenset({"name", "description", "parameters", "strict"})
# Without these the answer would be another one: better none than that.
_REFUSED = {"n": (None, 1), "stop": (None, [], ""), "audio": (None,), "modalities": (None, [], ["text"])}


def build(call: Call, target: Target) -> Outgoing:
    """Raises `UpstreamError` (BAD_REQUEST, UNSUPPORTED)."""
    body = straight(call.body) if call.dialect == DIALECT else translated(call)
    try:
        return Outgoing(PATH, json_text.write({**body, "model": target.model}))
    except json_text.InvalidJson:  # it reads deeper than it writes
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None


def straight(body: Json) -> Json:
    """The caller's own fields, without thoughts of other providers that the gateway once packed for it."""
    items = body.get("input")
    if not isinstance(items, list) or not any(_is_foreign(item) for item in items):
        return body
    return {**body, "input": [item for item in items if not _is_foreign(item)]}


def _is_foreign(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "reasoning" and is_sealed(item.get("encrypted_content"))


def translated(call: Call) -> Json:
    """The request from the internal form. OpenAI is told to keep nothing, unless the caller says so."""
    chat, warnings = call.chat, call.warnings
    for name, harmless in _REFUSED.items():
        if chat.get(name) not in harmless:
            raise UpstreamError(
                ErrorKind.UNSUPPORTED, f"'{name}' cannot be said to the Responses API.", 400, param=name
            )
    body: Json = {name: chat[name] for name in _SAME if chat.get(name) is not None}
    if str(body.get("service_tier", "auto")) not in _TIERS:
        warnings.append(f"'service_tier' was left out: OpenAI has no {body.pop('service_tier')}.")
    body["input"] = input_items(chat.get("messages"), warnings)
    body["store"] = bool(chat.get("store"))
    if call.stream:
        body["stream"] = True
    body |= _limit(chat, warnings) | _text(chat) | _reasoning(chat, warnings) | _tools(chat, warnings) | _include(chat)
    known = {*_SAME, *_READ, *_REFUSED}
    warnings += [f"'{name}' was left out." for name in chat if name not in known and chat[name] not in (None, {}, [])]
    return body


def _limit(chat: Json, warnings: list[str]) -> Json:
    limit = chat.get("max_completion_tokens") or chat.get("max_tokens")
    if limit is None:
        return {}
    if isinstance(limit, int) and limit < FEWEST_TOKENS:
        warnings.append(f"The limit of {limit} output tokens was raised to {FEWEST_TOKENS}, OpenAI's least.")
        limit = FEWEST_TOKENS
    return {"max_output_tokens": limit}


def _text(chat: Json) -> Json:
    text: Json = {"verbosity": chat["verbosity"]} if chat.get("verbosity") else {}
    form = chat.get("response_format")
    if isinstance(form, dict):
        schema = form.get("json_schema")
        text["format"] = {"type": form.get("type"), **(schema if isinstance(schema, dict) else {})}
    return {"text": text} if text else {}


def _reasoning(chat: Json, warnings: list[str]) -> Json:
    effort = wanted_effort(chat)
    if effort and effort not in _EFFORTS:
        warnings.append(f"'reasoning_effort' was left out: OpenAI has no '{effort}'.")
        return {}
    return {"reasoning": {"effort": effort}} if effort else {}


def _include(chat: Json) -> Json:
    return {"include": ["message.output_text.logprobs"]} if chat.get("logprobs") else {}


def _tools(chat: Json, warnings: list[str]) -> Json:
    legacy = [{"type": "function", "function": function} for function in objects(chat.get("functions"))]
    tools = [said for tool in [*objects(chat.get("tools")), *legacy] if (said := _tool(tool, warnings))]
    options = chat.get("web_search_options")
    if isinstance(options, dict):
        tools.append({"type": "web_search", **options})
    choice = _choice(chat.get("tool_choice") or chat.get("function_call"))
    return ({"tools": tools} if tools else {}) | ({"tool_choice": choice} if choice else {})


def custom_names(chat: Json) -> frozenset[str]:
    """The tools that a chat's own caller calls custom."""
    custom = [tool.get("custom") for tool in objects(chat.get("tools"))]
    return frozenset(str(each.get("name")) for each in custom if isinstance(each, dict))


def _tool(tool: Json, warnings: list[str]) -> Json | None:
    kind, function, custom = tool.get("type"), tool.get("function"), tool.get("custom")
    if kind == "native" and tool.get("dialect") == DIALECT and isinstance(tool.get("tool"), dict):
        return dict(tool["tool"])
    if isinstance(function, dict):
        warnings += [f"Left out: a tool's '{name}'." for name in function if name not in _FUNCTION]
        known = {name: value for name, value in function.items() if name in _FUNCTION}
        # Left out `strict` would be true here, and false in a chat.
        return {"type": "function", "parameters": {"type": "object", "properties": {}}, "strict": False, **known}
    if isinstance(custom, dict):
        form = custom.get("format")
        grammar = form.get("grammar") if isinstance(form, dict) else None
        said = {"format": {"type": "grammar", **grammar}} if isinstance(grammar, dict) else {}
        return {"type": "custom", **custom, **said}
    warnings.append(f"Left out: a tool of type '{tool.get('dialect') or kind}'.")
    return None


def _choice(choice: Any) -> Any:
    if not isinstance(choice, dict):
        return "required" if choice == "any" else choice  # Mistral's word
    for kind in ("function", "custom"):
        if isinstance(choice.get(kind), dict):
            return {"type": kind, "name": choice[kind].get("name")}
    allowed = choice.get("allowed_tools")
    if isinstance(allowed, dict):
        tools = [_choice(tool) for tool in objects(allowed.get("tools"))]
        return {"type": "allowed_tools", "mode": allowed.get("mode") or "auto", "tools": tools}
    return {"type": "function", "name": choice["name"]} if choice.get("name") else None
