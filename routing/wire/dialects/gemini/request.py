"""Google's request → the internal form. https://ai.google.dev/api/generate-content

Only used where another dialect's provider answers: what such a one cannot know is dropped with a warning, or refused.
"""

from typing import Any

from routing.wire.contract import Json
from routing.wire.dialects.gemini.contents import messages_of, system_message
from routing.wire.dialects.gemini.schema import json_schema
from routing.wire.failure import bad_request
from routing.wire.gemini import SSE, dicts, pick

_SAME = {
    "temperature": "temperature", "topP": "top_p", "topK": "top_k", "maxOutputTokens": "max_tokens", "seed": "seed",
    "stopSequences": "stop", "candidateCount": "n", "presencePenalty": "presence_penalty",
    "frequencyPenalty": "frequency_penalty", "responseLogprobs": "logprobs", "logprobs": "top_logprobs",
}  # fmt: skip
_READ_CONFIG = {
    *_SAME, "responseMimeType", "responseSchema", "responseJsonSchema", "_responseJsonSchema", "thinkingConfig",
    "responseModalities", "speechConfig",
}  # fmt: skip
_READ = {"contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "model", "cachedContent"}
JSON_MIME = "application/json"


def to_chat(body: Json) -> Json:
    """Raises `GatewayError` (400) for what cannot be understood, or means something only at Google's."""
    whole = pick(body, "generateContentRequest")  # countTokens may wrap it so
    if isinstance(whole, dict):
        body = whole
    if pick(body, "cachedContent"):
        raise bad_request("'cachedContent' is known to Google only, and this model is not Google's.", "cachedContent")
    warnings: list[str] = []
    chat: Json = {"messages": [*system_message(pick(body, "systemInstruction")), *messages_of(body, warnings)]}
    tools = _tools(body, warnings)
    if tools:
        chat["tools"] = tools
        choice = _tool_choice(body)
        if choice is not None:
            chat["tool_choice"] = choice
    config = pick(body, "generationConfig", {})
    if not isinstance(config, dict):
        raise bad_request("'generationConfig' must be an object.", "generationConfig")
    chat |= _parameters(config, warnings)
    warnings += _left(body, _READ, "")
    return {**chat, "warnings": warnings} if warnings else chat


def _left(source: Json, read: set[str], where: str) -> list[str]:
    known = {name for name in read if name in source} | {_snake(name) for name in read}
    return [f"{where}{name} left out: only Google knows it" for name in sorted(set(source) - known)]


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _parameters(config: Json, warnings: list[str]) -> Json:
    found = {ours: value for theirs, ours in _SAME.items() if (value := pick(config, theirs)) is not None}
    if isinstance(found.get("top_k"), float):
        found["top_k"] = int(found["top_k"])
    if not found.get("logprobs"):
        found.pop("logprobs", None)
        found.pop("top_logprobs", None)
    if found.get("n") == 1:
        del found["n"]
    warnings += _left(config, _READ_CONFIG, "generationConfig.")
    return {**found, **_format(config, warnings), **_thinking(pick(config, "thinkingConfig")), **_modalities(config)}


def _format(config: Json, warnings: list[str]) -> Json:
    mime = pick(config, "responseMimeType")
    if mime not in (None, "text/plain", JSON_MIME):
        warnings.append(f"generationConfig.responseMimeType {mime} left out: only Google knows it")
    plain = pick(config, "responseJsonSchema") or config.get("_responseJsonSchema")
    schema = plain if isinstance(plain, dict) else json_schema(pick(config, "responseSchema"))
    if mime != JSON_MIME:
        return {}
    if not schema:
        return {"response_format": {"type": "json_object"}}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "response", "schema": schema}}}


def _thinking(config: Any) -> Json:
    """A level is an effort; a budget is one, 0 for none and -1 for as much as the model likes."""
    if not isinstance(config, dict):
        return {}
    level, budget = pick(config, "thinkingLevel"), pick(config, "thinkingBudget")
    if isinstance(level, str) and level != "THINKING_LEVEL_UNSPECIFIED":
        return {"reasoning_effort": level.lower()}
    if type(budget) is not int:
        return {}
    if budget > 0:
        return {"thinking": {"type": "enabled", "budget_tokens": budget}}
    return {"thinking": {"type": "adaptive" if budget else "disabled"}}


def _modalities(config: Json) -> Json:
    wanted = pick(config, "responseModalities")
    names = [str(one).lower() for one in wanted] if isinstance(wanted, list) else []
    if not set(names) - {"text"}:
        return {}
    speech: Any = pick(config, "speechConfig")
    for name in ("voiceConfig", "prebuiltVoiceConfig", "voiceName"):
        speech = pick(speech, name) if isinstance(speech, dict) else None
    voice = {"audio": {"voice": speech, "format": "pcm16"}} if isinstance(speech, str) else {}
    return {"modalities": ["text", *(name for name in names if name != "text")], **voice}


def _tools(body: Json, warnings: list[str]) -> list[Json]:
    """Functions, and Google's server tools as they are: another provider may know one alike."""
    tools: list[Json] = []
    for tool in dicts(body.get("tools")):
        for function in dicts(pick(tool, "functionDeclarations")):
            tools.append({"type": "function", "function": _function(function, warnings)})
        for name, value in tool.items():
            if name not in ("functionDeclarations", "function_declarations"):
                tools.append({"type": "native", "dialect": SSE, "tool": {name: value}})
    return tools


def _function(function: Json, warnings: list[str]) -> Json:
    if not isinstance(function.get("name"), str):
        raise bad_request("A function declaration must have a name.", "tools")
    plain = pick(function, "parametersJsonSchema")
    schema = plain if isinstance(plain, dict) else json_schema(pick(function, "parameters"))
    warnings += _left(function, {"name", "description", "parameters", "parametersJsonSchema"}, "functionDeclarations.")
    described = {"description": function["description"]} if isinstance(function.get("description"), str) else {}
    return {"name": function["name"], **described, "parameters": schema or {"type": "object", "properties": {}}}


def _tool_choice(body: Json) -> Any:
    config = pick(pick(body, "toolConfig", {}), "functionCallingConfig") if _has_config(body) else None
    if not isinstance(config, dict):
        return None
    mode = str(config.get("mode") or "AUTO").upper()
    allowed = pick(config, "allowedFunctionNames")
    names = [name for name in allowed if isinstance(name, str)] if isinstance(allowed, list) else []
    if mode == "NONE":
        return "none"
    if names and mode in ("ANY", "VALIDATED"):
        return _among(names, "required" if mode == "ANY" else "auto")
    return "required" if mode == "ANY" else "auto"


def _has_config(body: Json) -> bool:
    return isinstance(pick(body, "toolConfig"), dict)


def _among(names: list[str], mode: str) -> Json:
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    if len(tools) == 1 and mode == "required":
        return tools[0]
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}}
