"""A call in the internal form → Converse's request."""

import re
from typing import Any
from urllib.parse import quote

from routing.providers.bedrock.draft import Draft, refused
from routing.providers.bedrock.messages import conversation
from routing.providers.bedrock.model import model_of
from routing.providers.bedrock.thinking import add_thinking
from routing.providers.bedrock.tools import add_format, add_tools
from routing.wire.contract import Call, Json, Outgoing, Target
from routing.wire.reading import object_in, objects_in, text_in, written

# Converse's own fields, which an OpenAI client sends in its extra body.
_PASSED = (
    "additionalModelResponseFieldPaths", "guardrailConfig", "outputConfig", "performanceConfig", "promptVariables",
    "requestMetadata", "serviceTier",
)  # fmt: skip
_READ = {
    *_PASSED, "additionalModelRequestFields", "function_call", "functions", "max_completion_tokens", "max_tokens",
    "messages", "metadata", "model", "n", "parallel_tool_calls", "reasoning_effort", "response_format", "service_tier",
    "stop", "stream", "stream_options", "temperature", "thinking", "tool_choice", "tools", "top_k", "top_p",
}  # fmt: skip
# Fields that ask for nothing when they hold these.
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "frequency_penalty": (0,), "presence_penalty": (0,), "logprobs": (False,), "top_logprobs": (0,), "store": (False,),
    "modalities": (["text"],), "logit_bias": ({},),
}  # fmt: skip
_TIERS = {"default": "default", "flex": "flex", "priority": "priority"}
_IN_METADATA = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}")


def outgoing(path: str, body: Json, target: Target) -> Outgoing:
    """Raises `UpstreamError` (BAD_REQUEST) as `written` does."""
    return Outgoing(f"/model/{quote(target.model, safe='')}/{path}", written(body))


def draft_of(call: Call, target: Target) -> Draft:
    return Draft(model_of(target.model, target.settings), call.warnings)


def converse(chat: Json, target: Target, draft: Draft) -> Json:
    """The body of Converse and ConverseStream. Raises `UpstreamError` for what cannot be said."""
    if chat.get("n") not in (None, 1):
        raise refused("Bedrock gives one answer a request.", "n")
    body = prompt(chat, draft)
    extra: Json = body.pop("additionalModelRequestFields", {})
    inference = _inference(chat, draft)
    thinks = add_thinking(chat, body, extra, inference, draft)
    add_format(body, chat, draft, thinks)
    if inference:
        body["inferenceConfig"] = inference
    _add_settings(body, chat, target, draft)
    if extra := {**extra, **object_in(chat.get("additionalModelRequestFields"))}:
        body["additionalModelRequestFields"] = extra
    _warn_of_the_rest(chat, draft)
    return body


def prompt(chat: Json, draft: Draft) -> Json:
    """What the model reads: messages, system and tools."""
    system, turns = conversation(chat.get("messages"), draft)
    body: Json = {"messages": turns}
    extra: Json = {}
    if system:
        body["system"] = system
    add_tools(body, extra, chat, draft)
    if extra:
        body["additionalModelRequestFields"] = extra
    return body


def _inference(chat: Json, draft: Draft) -> Json:
    config: Json = {}
    limit = chat.get("max_completion_tokens") or chat.get("max_tokens")
    if limit is not None:
        config["maxTokens"] = limit
    for name, theirs in (("temperature", "temperature"), ("top_p", "topP")):
        if (value := chat.get(name)) is not None:
            config[theirs] = value
    if isinstance(heat := config.get("temperature"), int | float) and heat > 1:
        draft.warn(f"temperature {heat} was lowered to 1, Bedrock's highest.")
        config["temperature"] = 1
    if stops := _stops(chat.get("stop"), draft):
        config["stopSequences"] = stops
    _leave_out_sampling(config, draft)
    return config


def _leave_out_sampling(config: Json, draft: Draft) -> None:
    """Newer Claudes take temperature or top_p, the newest neither.

    https://platform.claude.com/docs/en/about-claude/models/migration-guide
    """
    if draft.model.is_claude_since(4, 7):
        left_out = [name for name in ("temperature", "topP") if config.get(name) not in (None, 1)]
        for name in ("temperature", "topP"):
            config.pop(name, None)
    elif draft.model.is_claude_since(4, 1) and {"temperature", "topP"} <= config.keys():
        left_out = ["topP"]
        del config["topP"]
    else:
        return
    for name in left_out:
        draft.warn(f"{'top_p' if name == 'topP' else name} was left out: this model does not take it.")


def _stops(stop: Any, draft: Draft) -> list[str]:
    stops = [stop] if isinstance(stop, str) else stop if isinstance(stop, list) else []
    texts = [text for text in stops if isinstance(text, str) and text]
    if draft.model.may_be_claude and not all(text.strip() for text in texts):
        draft.warn("Stop sequences of white space were left out: Claude refuses them.")
        texts = [text for text in texts if text.strip()]
    return texts


def _add_settings(body: Json, chat: Json, target: Target, draft: Draft) -> None:
    for name in _PASSED:
        if (value := chat.get(name)) is not None:
            merged = {**body.get(name, {}), **value} if isinstance(value, dict) else value
            body[name] = merged
    if guardrail := target.settings.get("guardrail"):  # the administrator's, which a caller cannot take off
        identifier, _, version = guardrail.rpartition("@")
        body["guardrailConfig"] = {
            **object_in(body.get("guardrailConfig")),
            "guardrailIdentifier": identifier or guardrail,
            "guardrailVersion": version if identifier else "DRAFT",
        }
    tier = text_in(chat.get("service_tier"))
    if tier in _TIERS:
        body.setdefault("serviceTier", {"type": _TIERS[tier]})
    elif tier not in ("", "auto", "standard_only"):
        draft.warn(f"service_tier '{tier}' was left out: Bedrock does not know it.")
    _add_metadata(body, object_in(chat.get("metadata")), draft)


def _add_metadata(body: Json, metadata: Json, draft: Draft) -> None:
    """OpenAI's metadata are Bedrock's marks in its invocation log."""
    fitting = {
        name: value
        for name, value in metadata.items()
        if _IN_METADATA.fullmatch(name) and isinstance(value, str) and (not value or _IN_METADATA.fullmatch(value))
    }
    if len(fitting) < len(metadata):
        draft.warn("Metadata that Bedrock's log does not take was left out.")
    if fitting and "requestMetadata" not in body:
        body["requestMetadata"] = dict(list(fitting.items())[:16])


def _warn_of_the_rest(chat: Json, draft: Draft) -> None:
    modalities = chat.get("modalities")
    if isinstance(modalities, list) and "audio" in modalities:
        raise refused("Bedrock's Converse answers in text.", "modalities")
    for name, value in chat.items():
        if name not in _READ and value is not None and value not in _NEUTRAL.get(name, ()):
            draft.warn(f"{name} was left out: Bedrock has no such field.")
    if any(
        text_in(message.get("name")) for message in objects_in(chat.get("messages")) if message.get("role") == "user"
    ):
        draft.warn("The names of users were left out: Bedrock has no place for them.")
