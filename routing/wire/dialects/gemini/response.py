"""Answers of the internal form → Google's. https://ai.google.dev/api/generate-content#GenerateContentResponse"""

from typing import Any

from billing.dataplane.usage import Usage
from routing.wire import json_text
from routing.wire.contract import Call, Json
from routing.wire.dialects.gemini.signatures import signature_of
from routing.wire.gemini import FINISH_REASONS, SSE, dicts, signature_in, usage_metadata

_REASONS = {"stop": "STOP", "tool_calls": "STOP", "function_call": "STOP", "length": "MAX_TOKENS",
            "content_filter": "SAFETY"}  # fmt: skip


def answer(chat: Json, usage: Usage, call: Call) -> Json:
    """A whole answer, or a count of tokens."""
    if call.operation == "count_tokens":
        return {"totalTokens": chat.get("input_tokens", 0)}
    candidates = [_candidate(choice) for choice in dicts(chat.get("choices"))]
    return {"candidates": candidates, "usageMetadata": usage_metadata(usage), **frame(chat, call)}


def frame(chat: Json, call: Call) -> Json:
    """What every answer and event says of itself."""
    model = chat.get("model")
    return {"modelVersion": model if isinstance(model, str) and model else call.model, "responseId": _id(chat)}


def _id(chat: Json) -> str:
    found = chat.get("id")
    return found if isinstance(found, str) else ""


def _candidate(choice: Json) -> Json:
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    parts = [*thoughts(message), *said(message), *map(function_call, dicts(message.get("tool_calls")))]
    return {
        "content": {"parts": parts, "role": "model"},
        "finishReason": finish_reason(choice),
        "index": choice.get("index", 0),
        **beside(choice, message.get("annotations")),
    }


def finish_reason(choice: Json) -> str:
    """The provider's own word, where it is one of Google's."""
    native = str(choice.get("native_finish_reason"))
    if native in FINISH_REASONS:
        return native
    return _REASONS.get(str(choice.get("finish_reason")), "STOP")


def thoughts(message: Json) -> list[Json]:
    """Thoughts as parts, signed where their blocks are."""
    blocks = dicts(message.get("thinking_blocks"))
    text = message.get("reasoning_content")
    if not blocks:
        return [{"text": text, "thought": True}] if isinstance(text, str) and text else []
    parts = []
    for block in blocks:
        part: Json = {"text": block.get("thinking") or "", "thought": True}
        signature = signature_of(block)
        parts.append({**part, "thoughtSignature": signature} if signature else part)
    return parts


def said(message: Json) -> list[Json]:
    """Text, pictures, speech, and blocks of Google's own."""
    parts: list[Json] = [b["block"] for b in dicts(message.get("native_blocks")) if _is_own(b)]
    text = _text(message.get("content")) or _text(message.get("refusal"))
    if text:
        signature = signature_in(message)
        parts.append({"text": text, "thoughtSignature": signature} if signature else {"text": text})
    parts += [part for image in dicts(message.get("images")) if (part := _image(image)) is not None]
    audio = message.get("audio")
    if isinstance(audio, dict) and isinstance(audio.get("data"), str):
        speech: Json = {"inlineData": {"mimeType": audio.get("mime_type") or "audio/wav", "data": audio["data"]}}
        transcript = audio.get("transcript")
        parts.append({**speech, "audioTranscription": {"text": transcript}} if transcript else speech)
    return parts


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    texts = [part.get("text") for part in dicts(content)] if isinstance(content, list) else []
    return "".join(text for text in texts if isinstance(text, str))


def _is_own(block: Json) -> bool:
    return block.get("dialect") == SSE and isinstance(block.get("block"), dict)


def _image(image: Json) -> Json | None:
    holder = image.get("image_url")
    url = holder.get("url") if isinstance(holder, dict) else None
    if not isinstance(url, str):
        return None
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not comma:
        return {"fileData": {"fileUri": url, "mimeType": "image/png"}}
    return {"inlineData": {"mimeType": head[5:].partition(";")[0] or "image/png", "data": data}}


def function_call(tool_call: Json) -> Json:
    """A call with its arguments as an object; what is none of JSON's is kept in one."""
    function, custom = tool_call.get("function"), tool_call.get("custom")
    if isinstance(custom, dict):  # a tool that takes a text
        made: Json = {"name": custom.get("name") or "", "args": {"input": custom.get("input") or ""}}
    else:
        function = function if isinstance(function, dict) else {}
        made = {"name": function.get("name") or "", "args": _arguments(function.get("arguments"))}
    if isinstance(tool_call.get("id"), str):
        made["id"] = tool_call["id"]
    signature = signature_in(tool_call)
    return {"functionCall": made, "thoughtSignature": signature} if signature else {"functionCall": made}


def _arguments(arguments: Any) -> Json:
    try:
        parsed = json_text.read(arguments) if arguments else {}
    except (json_text.InvalidJson, TypeError):
        parsed = arguments
    return parsed if isinstance(parsed, dict) else {"arguments": parsed}


def beside(choice: Json, annotations: Any) -> Json:
    """Sources and log probabilities."""
    out: Json = {}
    cited = [one for a in dicts(annotations) if isinstance(one := a.get("url_citation"), dict) and one.get("url")]
    if cited:
        out["groundingMetadata"] = _grounding(cited)
    logprobs = choice.get("logprobs")
    tokens = dicts(logprobs.get("content")) if isinstance(logprobs, dict) else []
    if tokens:
        top = [{"candidates": [_token(one) for one in dicts(token.get("top_logprobs"))]} for token in tokens]
        out["logprobsResult"] = {"chosenCandidates": [_token(token) for token in tokens], "topCandidates": top}
    return out


def _grounding(cited: list[Json]) -> Json:
    urls = list(dict.fromkeys(str(one["url"]) for one in cited))
    titles = {str(one["url"]): str(one.get("title") or "") for one in cited}
    supports = [
        {
            "segment": {"startIndex": one["start_index"], "endIndex": one["end_index"]},
            "groundingChunkIndices": [urls.index(str(one["url"]))],
        }
        for one in cited
        if type(one.get("end_index")) is int and type(one.get("start_index")) is int and one["end_index"]
    ]
    chunks = [{"web": {"uri": url, "title": titles[url]}} for url in urls]
    return {"groundingChunks": chunks, **({"groundingSupports": supports} if supports else {})}


def _token(token: Json) -> Json:
    return {"token": token.get("token") or "", "logProbability": token.get("logprob") or 0.0}
