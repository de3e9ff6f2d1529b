"""A call in the internal form → Ollama's request. https://docs.ollama.com/api/chat"""

from typing import Any

from routing.providers.ollama.messages import written
from routing.wire.contract import Call, Json, Target
from routing.wire.reading import object_in, objects_in, refused
from routing.wire.thinking import wanted_effort

_OPTIONS = {
    "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "seed": "seed",
    "frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty",
}  # fmt: skip
_OWN = ("keep_alive", "logprobs", "top_logprobs")
_READ = {
    *_OPTIONS, *_OWN, "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "stop",
    "n", "tools", "functions", "tool_choice", "function_call", "response_format", "reasoning_effort", "thinking",
    "options", "parallel_tool_calls",
}  # fmt: skip
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "store": (False,), "modalities": (["text"],), "logit_bias": ({},), "metadata": ({},),
}  # fmt: skip
_WORDS = ("low", "medium", "high")  # of models that can be told how much to think


def chat(call: Call, target: Target) -> Json:
    """The body of `/api/chat`. Raises `UpstreamError` (UNSUPPORTED) for what cannot be said."""
    asked, warnings = call.chat, call.warnings
    body = _common(asked, call, target)
    body["messages"] = written(asked.get("messages"), warnings)
    return body | _tools(asked, warnings)


def generate(call: Call, target: Target) -> Json:
    """The body of `/api/generate`, for a caller who has a prompt."""
    [message] = call.chat["messages"]
    return {**_common(call.chat, call, target), "prompt": message["content"]}


def _common(asked: Json, call: Call, target: Target) -> Json:
    if asked.get("n") not in (None, 1):
        raise refused("Ollama gives one answer a request.", "n")
    body: Json = {"model": target.model, "stream": call.stream}
    body |= {name: asked[name] for name in _OWN if asked.get(name) is not None and asked[name] is not False}
    body |= _format(asked) | _think(asked)
    if options := _options(asked):
        body["options"] = options
    unsaid = (name for name in asked if name not in _READ and asked[name] not in (None, *_NEUTRAL.get(name, ())))
    call.warnings += [f"'{name}' was left out." for name in unsaid]
    return body


def _options(asked: Json) -> Json:
    """https://docs.ollama.com/modelfile#valid-parameters-and-values"""
    said = {own: asked[name] for name, own in _OPTIONS.items() if asked.get(name) is not None}
    limit, stop = asked.get("max_completion_tokens") or asked.get("max_tokens"), asked.get("stop")
    if limit is not None:
        said["num_predict"] = limit
    if stop:
        said["stop"] = [stop] if isinstance(stop, str) else stop
    return {**object_in(asked.get("options")), **said}


def _format(asked: Json) -> Json:
    form = object_in(asked.get("response_format"))
    if form.get("type") == "json_schema":
        return {"format": object_in(form.get("json_schema")).get("schema") or "json"}
    return {"format": "json"} if form.get("type") == "json_object" else {}


def _think(asked: Json) -> Json:
    effort = wanted_effort(asked)
    if effort is None:
        return {"think": True} if object_in(asked.get("thinking")).get("type") in ("enabled", "adaptive") else {}
    if effort == "none":
        return {"think": False}
    return {"think": effort if effort in _WORDS else "high" if effort == "xhigh" else "low"}


def _tools(asked: Json, warnings: list[str]) -> Json:
    tools = [tool for tool in objects_in(asked.get("tools")) if isinstance(tool.get("function"), dict)]
    if others := len(objects_in(asked.get("tools"))) - len(tools):
        warnings.append(f"Left out: {others} tools that are no functions.")
    tools += [{"type": "function", "function": function} for function in objects_in(asked.get("functions"))]
    choice = asked.get("tool_choice") or asked.get("function_call")
    if choice == "none" or not tools:
        return {}
    if choice not in (None, "auto"):
        warnings.append("'tool_choice' was left out: Ollama's models choose by themselves.")
    return {"tools": [{"type": "function", "function": tool["function"]} for tool in tools]}
