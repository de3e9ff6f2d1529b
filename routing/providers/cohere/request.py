"""A call in the internal form → Cohere's chat request. https://docs.cohere.com/reference/chat"""

import re
from typing import Any

from routing.providers.cohere.messages import Messages
from routing.wire.contract import Call, Json, Target
from routing.wire.reading import object_in, objects_in, refused
from routing.wire.thinking import budget_of

# Fields whose words are Cohere's too, and those that only Cohere knows, which callers may add.
_SAME = (
    "temperature", "seed", "logprobs", "documents", "citation_options", "safety_mode", "strict_tools", "priority",
    "raw_prompting",
)  # fmt: skip
_RENAMED = {
    "top_p": "p",
    "top_k": "k",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}
_RANGES = {"p": (0.01, 0.99), "k": (0, 500), "frequency_penalty": (0.0, 1.0), "presence_penalty": (0.0, 1.0)}
_READ = {
    *_SAME, *_RENAMED, "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop",
    "n", "tools", "functions", "tool_choice", "function_call", "parallel_tool_calls", "response_format",
    "reasoning_effort", "thinking",
}  # fmt: skip
# Fields that ask for nothing when they hold these.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "top_logprobs": (0,), "store": (False,), "modalities": (["text"],), "logit_bias": ({},), "metadata": ({},),
}  # fmt: skip
# These do not think, and refuse to be told how much.
_THOUGHTLESS = re.compile(r"(command-(r|a-03|a-vision|a-translate|light|nightly)|command$|c4ai|aya|north-mini)")


def thinks(model: str) -> bool:
    return _THOUGHTLESS.match(model) is None


def chat(call: Call, target: Target) -> Json:
    """The request. Raises `UpstreamError` (UNSUPPORTED) for what cannot be said."""
    asked, warnings = call.chat, call.warnings
    if asked.get("n") not in (None, 1):
        raise refused("Cohere gives one answer a request.", "n")
    body: Json = {"model": target.model, "stream": call.stream}
    body["messages"] = Messages(thinks(target.model), warnings).written(asked.get("messages"))
    body |= {name: asked[name] for name in _SAME if asked.get(name) is not None and asked[name] is not False}
    body |= _sampling(asked, warnings) | _limits(asked) | _tools(asked, warnings) | _format(asked)
    body |= _thinking(asked, target, warnings)
    unsaid = (name for name in asked if name not in _READ and asked[name] not in (None, *_NEUTRAL.get(name, ())))
    warnings += [f"'{name}' was left out." for name in unsaid]
    return body


def _sampling(asked: Json, warnings: list[str]) -> Json:
    said: Json = {}
    for name, own in _RENAMED.items():
        value, (least, most) = asked.get(name), _RANGES[own]
        if isinstance(value, int | float):
            said[own] = min(max(value, least), most)
            if said[own] != value:
                warnings.append(f"'{name}' was set to {said[own]}, the nearest that Cohere takes.")
    return said


def _limits(asked: Json) -> Json:
    limit, stop = asked.get("max_completion_tokens") or asked.get("max_tokens"), asked.get("stop")
    said: Json = {} if limit is None else {"max_tokens": limit}
    if stop:
        said["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    return said


def _tools(asked: Json, warnings: list[str]) -> Json:
    functions = [tool["function"] for tool in objects_in(asked.get("tools")) if isinstance(tool.get("function"), dict)]
    if others := len(objects_in(asked.get("tools"))) - len(functions):
        warnings.append(f"Left out: {others} tools that are no functions.")
    functions += objects_in(asked.get("functions"))
    choice, names = _choice(asked.get("tool_choice") or asked.get("function_call"))
    tools = [_tool(function) for function in functions if names is None or str(function.get("name")) in names]
    if asked.get("parallel_tool_calls") is False and tools:
        warnings.append("'parallel_tool_calls' was left out.")
    if not tools:
        return {}
    return {"tools": tools, **({"tool_choice": choice} if choice else {})}


def _tool(function: Json) -> Json:
    known = {name: function[name] for name in ("name", "description") if function.get(name) is not None}
    schema = object_in(function.get("parameters")) or {"type": "object", "properties": {}}
    return {"type": "function", "function": {**known, "parameters": schema}}


def _choice(choice: Any) -> tuple[str | None, set[str] | None]:
    """Cohere's word, and the names of the tools that may be called where not all may."""
    if not isinstance(choice, dict):
        return {"required": "REQUIRED", "any": "REQUIRED", "none": "NONE"}.get(str(choice)), None
    allowed = object_in(choice.get("allowed_tools"))
    if allowed:
        word = "REQUIRED" if allowed.get("mode") == "required" else None
        return word, {str(object_in(tool.get("function")).get("name")) for tool in objects_in(allowed.get("tools"))}
    return "REQUIRED", {str(object_in(choice.get("function")).get("name", choice.get("name")))}


def _format(asked: Json) -> Json:
    form = object_in(asked.get("response_format"))
    if form.get("type") == "json_schema":
        schema = object_in(form.get("json_schema")).get("schema")
        return {"response_format": {"type": "json_object", **({"json_schema": schema} if schema else {})}}
    return {"response_format": form} if form.get("type") == "json_object" else {}


def _thinking(asked: Json, target: Target, warnings: list[str]) -> Json:
    """https://docs.cohere.com/docs/reasoning"""
    given, effort = object_in(asked.get("thinking")), asked.get("reasoning_effort")
    if not given and not isinstance(effort, str):
        return {}
    off = given.get("type") == "disabled" if given else effort == "none"
    if not thinks(target.model):
        if not off:
            warnings.append(f"How much to think was left out: {target.model} does not think.")
        return {}
    if off:
        return {"thinking": {"type": "disabled"}}
    budget = given.get("budget_tokens", given.get("token_budget")) if given else budget_of(str(effort))
    return {"thinking": {"type": "enabled", **({"token_budget": budget} if isinstance(budget, int) else {})}}
