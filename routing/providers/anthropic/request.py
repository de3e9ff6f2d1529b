"""A call → Anthropic's request: the caller's own body where it speaks this dialect, else from the internal form."""

from collections.abc import Mapping
from typing import Any

from routing.providers.anthropic.draft import Draft, bad, unsupported
from routing.providers.anthropic.messages import conversation
from routing.providers.anthropic.models import Traits, traits
from routing.providers.anthropic.output import format_fields
from routing.providers.anthropic.reasoning import thinking_fields
from routing.providers.anthropic.tools import tool_fields
from routing.wire.anthropic import DIALECT
from routing.wire.contract import Call, Headers, Json, Outgoing, Target
from routing.wire.reading import written

PATHS = {"chat": "/messages", "count_tokens": "/messages/count_tokens"}
# The version whose words the built requests use. A caller's own request travels under its own.
VERSION = "2023-06-01"
_SAMPLING = ("temperature", "top_p", "top_k")
_TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only", "priority": "auto"}
# Anthropic's own fields, which callers of other dialects may add.
_OWN = ("container", "context_management", "inference_geo", "speed", "mcp_servers", "cache_control")
_READ = frozenset({
    *_SAMPLING, *_OWN, "model", "messages", "max_tokens", "max_completion_tokens", "stop", "stream", "stream_options",
    "n", "user", "safety_identifier", "metadata", "service_tier", "tools", "functions", "tool_choice", "function_call",
    "parallel_tool_calls", "response_format", "reasoning_effort", "thinking", "web_search_options", "warnings",
})  # fmt: skip
# Fields that count_tokens does not take.
_NOT_COUNTED = frozenset({"max_tokens", "stream", "stop_sequences", "metadata", "service_tier", *_SAMPLING})


def build(call: Call, target: Target) -> tuple[Outgoing, Draft]:
    """The request, and what its answer is to be read with. Raises `UpstreamError` for what cannot be said."""
    draft = Draft(call.warnings)
    body = written(body_of(call, target, draft))
    return Outgoing(PATHS[call.operation], body, headers_of(call.headers, target, draft)), draft


def body_of(call: Call, target: Target, draft: Draft) -> Json:
    """The body, not yet written."""
    return {**call.body, "model": target.model} if call.dialect == DIALECT else _translated(call, target, draft)


def headers_of(said: Mapping[str, str], target: Target, draft: Draft) -> Headers:
    """Version and betas: the caller's, unless the account sets its own version."""
    headers: Headers = []
    if "anthropic-version" not in {name.lower() for name in target.headers}:
        headers.append(("anthropic-version", said.get("anthropic-version") or VERSION))
    betas = [*filter(None, [said.get("anthropic-beta")]), *draft.betas]
    return [*headers, ("anthropic-beta", ",".join(dict.fromkeys(betas)))] if betas else headers


def _translated(call: Call, target: Target, draft: Draft) -> Json:
    chat, model = call.chat, traits(target.model)
    _check(chat, draft)
    made = conversation(chat.get("messages"), draft)
    body: Json = {"model": target.model, "messages": made.messages}
    body["max_tokens"] = _max_tokens(chat) or model.max_tokens
    if made.system:
        body["system"] = made.system
    body |= tool_fields(chat, model, draft)
    body |= format_fields(chat, model, body, draft)
    _merge(body, thinking_fields(chat, model, body, draft))
    thinks = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    body |= _sampling(chat, model, thinks, draft)
    body |= _rest(chat, draft)
    if call.operation == "count_tokens":
        return {name: value for name, value in body.items() if name not in _NOT_COUNTED}
    return {**body, "stream": True} if call.stream else body


def _check(chat: Json, draft: Draft) -> None:
    """What cannot be done is refused; what is merely not known is left out, and told."""
    if chat.get("n") not in (None, 1):
        raise unsupported("Anthropic gives one answer a request: 'n' must be 1.", "n")
    for name, value in chat.items():
        if value and name not in _READ:
            draft.warn(f"{name} was left out")


def _merge(body: Json, fields: Json) -> None:
    """Effort and format share `output_config`."""
    config = {**body.get("output_config", {}), **fields.get("output_config", {})}
    body |= fields | ({"output_config": config} if config else {})


def _max_tokens(chat: Json) -> int | None:
    """The caller's limit, in either of OpenAI's words."""
    for name in ("max_completion_tokens", "max_tokens"):
        value = chat.get(name)
        if value is not None:
            if type(value) is not int or value < 1:
                raise bad(f"'{name}' must be a positive whole number.", name)
            return value
    return None


def _sampling(chat: Json, model: Traits, thinks: bool, draft: Draft) -> Json:
    """Temperature and its kin, where the model takes them."""
    given = {name: chat[name] for name in _SAMPLING if chat.get(name) is not None}
    fixed = "this model does not take it" if not model.sampling else "Claude does not take it while it thinks"
    if thinks or not model.sampling:
        for name, value in given.items():
            if not (name != "top_k" and value == 1):  # which is the default
                draft.warn(f"{name} was left out: {fixed}")
        return {}
    temperature = given.get("temperature")
    if isinstance(temperature, int | float) and temperature > 1:
        draft.warn("temperature was lowered to 1, Anthropic's highest")
        given["temperature"] = 1
    if not model.both_samplings and "temperature" in given and given.pop("top_p", 1) != 1:
        draft.warn("top_p was left out: this model takes it only without temperature")
    return given


def _rest(chat: Json, draft: Draft) -> Json:
    fields: Json = {name: chat[name] for name in _OWN if chat.get(name) is not None}
    if stops := _stops(chat.get("stop"), draft):
        fields["stop_sequences"] = stops
    if user := _user(chat, draft):
        fields["metadata"] = {"user_id": user}
    tier = chat.get("service_tier")
    if isinstance(tier, str) and tier in _TIERS:
        fields["service_tier"] = _TIERS[tier]
    elif tier:
        draft.warn(f"service_tier was left out: Anthropic has no {tier}")
    return fields


def _stops(stop: Any, draft: Draft) -> list[str]:
    given = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise bad("'stop' must be a text or a list of texts.", "stop")
    kept = [text for text in given if text.strip()]
    if len(kept) < len(given):
        draft.warn("stop: blank texts were left out, which Anthropic refuses")
    return kept


def _user(chat: Json, draft: Draft) -> str | None:
    metadata = chat.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if metadata.keys() - {"user_id"}:
        draft.warn("metadata was left out")
    user = chat.get("safety_identifier") or chat.get("user") or metadata.get("user_id")
    return user if isinstance(user, str) else None
