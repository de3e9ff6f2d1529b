"""A call → Google's request: the caller's own where it speaks Google's dialect, else made from the internal form."""

from urllib.parse import quote

from routing.providers.gemini.config import extras, generation_config, service_tier
from routing.providers.gemini.contents import conversation
from routing.providers.gemini.tools import tool_config_of, tools_of
from routing.wire import json_text
from routing.wire.contract import Call, ErrorKind, Json, Outgoing, Target, UpstreamError
from routing.wire.gemini import ARRAY, SSE
from routing.wire.vertex import WHOLE_NAMES, vertex_model

AI_STUDIO = "https://generativelanguage.googleapis.com/v1beta"

# Read elsewhere in this package, or without meaning for Gemini and so not worth a warning.
_READ = frozenset({
    "messages", "model", "stream", "stream_options", "tools", "tool_choice", "functions", "function_call",
    "parallel_tool_calls", "web_search_options", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens",
    "seed", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "n", "stop", "response_format",
    "modalities", "audio", "reasoning_effort", "reasoning", "thinking", "service_tier", "google", "extra_body", "user",
    "safetySettings", "safety_settings", "cachedContent", "cached_content", "labels", "generationConfig",
    "generation_config", "thinkingConfig", "thinking_config",
})  # fmt: skip


def model_path(target: Target, method: str) -> str:
    """The path of a method of the target's model."""
    model = quote(target.model, safe="/:@")
    if target.kind == "vertex":
        return f"{vertex_model(model, target, 'google')}:{method}"
    return f"/{model}:{method}" if model.startswith(WHOLE_NAMES) else f"/models/{model}:{method}"


def build(call: Call, target: Target) -> Outgoing:
    """The request for an answer, whole or streamed. Raises `UpstreamError` (BAD_REQUEST, UNSUPPORTED)."""
    path = model_path(target, "streamGenerateContent?alt=sse" if call.stream else "generateContent")
    return Outgoing(path, dumps(own_body(call, target) if call.dialect in (SSE, ARRAY) else translated(call, target)))


def own_body(call: Call, target: Target) -> Json:
    """The body of a caller who speaks Google's dialect: its own, but for the model's name."""
    return {**call.body, "model": model_name(target)} if "model" in call.body else call.body


def model_name(target: Target) -> str:
    """The model as bodies name it."""
    return target.model if target.model.startswith(WHOLE_NAMES) else f"models/{target.model}"


def translated(call: Call, target: Target) -> Json:
    """The internal form in Google's words; what has none is told in the call's warnings."""
    chat = call.chat
    for name in sorted(set(chat) - _READ):
        if chat[name] is not None and chat[name] is not False:
            call.warnings.append(f"{name} left out: Gemini has no word for it")
    body = conversation(call, target.model)
    tools = tools_of(call)
    if tools:
        body["tools"] = tools
        if (config := tool_config_of(call)) is not None:
            body["toolConfig"] = config
    own = {**service_tier(chat), **extras(chat)}
    config = {**generation_config(call, target.model), **own.pop("generationConfig", {})}
    if config:
        body["generationConfig"] = config
    return {**body, **own}


def dumps(body: Json) -> bytes:
    """Raises `UpstreamError` (BAD_REQUEST) for what is nested too deeply: it is read deeper than it is written."""
    try:
        return json_text.write(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.BAD_REQUEST, "The body is nested too deeply.", 400) from None
