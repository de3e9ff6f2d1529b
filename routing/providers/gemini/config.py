"""How to generate: OpenAI's parameters → Gemini's `generationConfig`.

https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
"""

from typing import Any

from routing.providers.gemini.model import version
from routing.providers.gemini.schema import gemini_schema
from routing.providers.gemini.thinking import thinking_config
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.gemini import pick

_SAME = {
    "temperature": "temperature", "top_p": "topP", "top_k": "topK", "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens", "seed": "seed", "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty", "logprobs": "responseLogprobs", "top_logprobs": "logprobs",
}  # fmt: skip
JSON_MIME = "application/json"
_TIERS = ("flex", "priority")


def generation_config(call: Call, model: str) -> Json:
    """Only what the caller asked for. Raises `UpstreamError` (BAD_REQUEST) naming the field that cannot be."""
    chat = call.chat
    config: Json = {theirs: chat[ours] for ours, theirs in _SAME.items() if chat.get(ours) is not None}
    if not config.get("responseLogprobs"):
        config.pop("logprobs", None)
        config.pop("responseLogprobs", None)
    if chat.get("n") not in (None, 1):
        config["candidateCount"] = chat["n"]
    if chat.get("stop"):
        config["stopSequences"] = [chat["stop"]] if isinstance(chat["stop"], str) else chat["stop"]
    config |= _format(chat.get("response_format"), call, model)
    config |= _modalities(chat)
    thinking = thinking_config(call, model)
    if thinking:
        config["thinkingConfig"] = thinking
    return config


def _format(wanted: Any, call: Call, model: str) -> Json:
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if wanted is None or kind == "text":
        return {}
    if kind not in ("json_object", "json_schema"):
        raise UpstreamError(ErrorKind.BAD_REQUEST, "'response_format' is unknown.", 400, param="response_format")
    if call.chat.get("tools") and 0 < version(model) < 3:
        # https://ai.google.dev/gemini-api/docs/structured-output#structured_outputs_with_tools
        call.warnings.append("response_format left out: this model cannot have it beside tools")
        return {}
    holder = wanted.get("json_schema")
    schema = holder.get("schema") if isinstance(holder, dict) else None
    if not isinstance(schema, dict):
        return {"responseMimeType": JSON_MIME}
    return {"responseMimeType": JSON_MIME, "responseJsonSchema": gemini_schema(schema)}


def _modalities(chat: Json) -> Json:
    wanted, audio = chat.get("modalities"), chat.get("audio")
    if not isinstance(wanted, list) or wanted == ["text"]:
        return {}
    names = [str(one).upper() for one in wanted]
    if "AUDIO" in names:  # no model of Google's writes beside its speech
        names = ["AUDIO"]
    out: Json = {"responseModalities": names}
    voice = audio.get("voice") if isinstance(audio, dict) else None
    if isinstance(voice, str):
        out["speechConfig"] = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}}
    return out


def service_tier(chat: Json) -> Json:
    """The tiers that both know by the same name; the usual one needs no saying."""
    tier = chat.get("service_tier")
    return {"serviceTier": tier} if tier in _TIERS else {}


def extras(chat: Json) -> Json:
    """Google's own fields, as callers of OpenAI's SDK send them by `extra_body`: bare, or under `google`."""
    body = chat.get("extra_body")
    google = chat.get("google") or (body.get("google") if isinstance(body, dict) else None)
    sources = [chat, google] if isinstance(google, dict) else [chat]
    found: Json = {}
    for source in sources:
        for name in ("safetySettings", "cachedContent", "labels"):
            if (value := pick(source, name)) is not None:
                found[name] = value
    for source in sources:
        if isinstance(config := pick(source, "generationConfig"), dict):
            found["generationConfig"] = config
        if isinstance(thinking := pick(source, "thinkingConfig"), dict):
            found.setdefault("generationConfig", {})
            found["generationConfig"] = {**found["generationConfig"], "thinkingConfig": thinking}
    return found
