"""Converse's whole answers → the internal form."""

from typing import Any

from billing.dataplane.usage import Usage, usage_from_counts
from routing.providers.bedrock.citations import cited
from routing.providers.bedrock.draft import Draft
from routing.wire import json_text
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.reading import object_in, objects_in, text_in

FINISH_REASONS = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls",
    "content_filtered": "content_filter", "guardrail_intervened": "content_filter",
    "model_context_window_exceeded": "length", "malformed_model_output": "stop", "malformed_tool_use": "stop",
}  # fmt: skip


def parse(body: bytes, draft: Draft) -> tuple[Json, Usage]:
    """An answer's choice and usage. Raises `UpstreamError` for what is no answer."""
    try:
        data = object_in(json_text.read(body))
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    message = object_in(data.get("output")).get("message")
    if not isinstance(message, dict) or not isinstance(message.get("content"), list):
        told = text_in(data.get("message")) or "The provider's answer holds no message."
        raise UpstreamError(ErrorKind.SERVER, told, 200)
    usage = usage_of(data["usage"]) if "usage" in data else Usage()
    return choice(message["content"], text_in(data.get("stopReason")), draft), usage


def choice(content: list[Any], stop_reason: str, draft: Draft) -> Json:
    """The one choice of an answer."""
    reading = _Reading(draft)
    for block in objects_in(content):
        reading.take(block)
    message = reading.message()
    return {
        "index": 0,
        "message": message,
        "finish_reason": finish_reason(stop_reason, "tool_calls" in message),
        "native_finish_reason": stop_reason,
        "logprobs": None,
    }


def finish_reason(stop_reason: str, calls: bool) -> str:
    """OpenAI's word. A call of the tool that stands for a schema is an answer; some models forget to say `tool_use`."""
    if stop_reason == "tool_use" or (calls and stop_reason in ("end_turn", "")):
        return "tool_calls" if calls else "stop"
    return FINISH_REASONS.get(stop_reason, "stop")


class _Reading:
    """Puts an answer's blocks together."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._thinking: list[Json] = []
        self._calls: list[Json] = []
        self._notes: dict[str, list[Json]] = {}  # citations and annotations
        self._native: list[Json] = []
        self._images: list[Json] = []

    def take(self, block: Json) -> None:
        if "text" in block:
            self._texts.append(text_in(block["text"]))
        elif "toolUse" in block:
            self._tool_use(block)
        elif "reasoningContent" in block:
            self._reasoning(object_in(block["reasoningContent"]))
        elif "citationsContent" in block:
            self._cited(object_in(block["citationsContent"]))
        elif image := image_of(object_in(block.get("image"))):
            self._images.append(image)
        elif block:
            self._native.append(native(block))

    def message(self) -> Json:
        texts = "".join(self._texts)
        message: Json = {"role": "assistant", "content": texts or None if self._calls else texts}
        thoughts = "".join(self._thoughts)
        found = {
            "reasoning_content": thoughts, "thinking_blocks": self._thinking, "tool_calls": self._calls,
            "images": self._images, "native_blocks": self._native, **self._notes,
        }  # fmt: skip
        return {**message, **{name: value for name, value in found.items() if value}}

    def _tool_use(self, block: Json) -> None:
        use = object_in(block["toolUse"])
        if use.get("type") == "server_tool_use":
            self._native.append(native(block))
        elif self._draft.json_tool and use.get("name") == self._draft.json_tool:
            self._texts.append(as_json(use.get("input")))
        else:
            name = tool_name(use, self._draft)
            function = {"name": name, "arguments": as_json(use.get("input"))}
            self._calls.append({"id": text_in(use.get("toolUseId")), "type": "function", "function": function})

    def _reasoning(self, reasoning: Json) -> None:
        thought = object_in(reasoning.get("reasoningText"))
        text, data = text_in(thought.get("text")), text_in(reasoning.get("redactedContent"))
        if text:
            self._thoughts.append(text)
        if signature := text_in(thought.get("signature")):
            self._thinking.append({"type": "thinking", "thinking": text, "signature": signature})
        elif data:
            self._thinking.append({"type": "redacted_thinking", "data": data})

    def _cited(self, content: Json) -> None:
        start = sum(map(len, self._texts))
        text = "".join(text_in(part.get("text")) for part in objects_in(content.get("content")))
        self._texts.append(text)
        for name, entries in cited(objects_in(content.get("citations")), start, start + len(text)).items():
            self._notes.setdefault(name, []).extend(entries)


def tool_name(use: Json, draft: Draft) -> str:
    """The caller's own name of a tool."""
    name = text_in(use.get("name"))
    return draft.tools.get(name, name)


def as_json(value: Any) -> str:
    """Raises `UpstreamError` for what is nested more deeply than can be written."""
    try:
        return json_text.write(value if value is not None else {}).decode()
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is nested too deeply.", 200) from None


def native(block: Json) -> Json:
    return {"dialect": "bedrock", "block": block}


def image_of(image: Json) -> Json | None:
    """A picture that the model made."""
    data, kind = text_in(object_in(image.get("source")).get("bytes")), text_in(image.get("format"))
    if not data:
        return None
    return {"type": "image_url", "image_url": {"url": f"data:image/{kind or 'png'};base64,{data}"}}


def usage_of(raw: Any) -> Usage:
    """Converse's `usage`, where cached and written tokens are beside `inputTokens`."""
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    read = raw.get("cacheReadInputTokens") or raw.get("cacheReadInputTokenCount") or 0
    written = raw.get("cacheWriteInputTokens") or raw.get("cacheWriteInputTokenCount") or 0
    fresh = raw.get("inputTokens") or 0
    long_lived = [one.get("inputTokens") or 0 for one in objects_in(raw.get("cacheDetails")) if one.get("ttl") == "1h"]
    counts = [read, written, fresh, *long_lived]
    if not all(type(count) is int and count >= 0 for count in counts):
        return Usage(source="provider", absurd=True)
    return usage_from_counts({
        "input_tokens": fresh + read + written,
        "cached_input_tokens": read,
        "cache_write_tokens": written,
        "cache_write_1h_tokens": sum(long_lived),
        "output_tokens": raw.get("outputTokens"),
    })  # fmt: skip
