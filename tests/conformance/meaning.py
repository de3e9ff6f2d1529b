"""What an answer says, read from any dialect by code that shares nothing with the product."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_WORDS = {
    "stop": """end_turn stop_sequence pause_turn compaction STOP completed complete queued in_progress eos 1
        OTHER LANGUAGE UNEXPECTED_TOOL_CALL MALFORMED_FUNCTION_CALL TOO_MANY_TOOL_CALLS MISSING_THOUGHT_SIGNATURE
        MALFORMED_RESPONSE NO_IMAGE IMAGE_OTHER 5 9""",
    "length": "max_tokens MAX_TOKENS max_output_tokens model_length model_context_window_exceeded 2",
    "tool_calls": "tool_use function_call",
    "content_filter": """refusal SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII MODEL_ARMOR IMAGE_SAFETY
        IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION guardrail_intervened content_filtered 3 4 6 7 8""",
}
_FINISH = {word: finish for finish, words in _WORDS.items() for word in words.split()}


@dataclass
class Meaning:
    """Text of the answer (thoughts left out), calls of the caller's own tools in order, why it ended."""

    text: str = ""
    tools: list[tuple[str, Any]] = field(default_factory=list)
    finish: str | int | None = None  # Google's words have numbers

    def normal(self) -> tuple[str, list[tuple[str, Any]], str | int]:
        finish = _FINISH.get(str(self.finish), self.finish) or "stop"  # some say nothing of it
        if self.tools and finish == "stop":  # Google and Responses have no word of their own for it
            finish = "tool_calls"
        return re.sub(r"\s+", " ", self.text).strip(), self.tools, finish


def of_openai(answer: Json) -> Meaning:
    choice = (answer.get("choices") or [{}])[0]
    message = choice.get("message") or {}
    calls = [_called(call) for call in message.get("tool_calls") or []]
    if message.get("function_call"):
        calls = [_called({"function": message["function_call"]})]
    sound = (message.get("audio") or {}).get("transcript")
    text = _texts(message.get("content")) or message.get("refusal") or sound or ""
    return Meaning(text, calls, choice.get("finish_reason"))


def _called(call: Json) -> tuple[str, Any]:
    """A call of a function, or of a custom tool, whose input is a text."""
    function = call.get("function")
    if function:
        return function["name"], _arguments(function.get("arguments"))
    return call["custom"]["name"], {"input": call["custom"]["input"]}


def of_openai_stream(chunks: Iterable[Json]) -> Meaning:
    text, finish = [], None
    calls: dict[int, tuple[str, str]] = {}
    custom: set[int] = set()
    for chunk in chunks:
        for choice in chunk.get("choices") or []:
            if choice.get("index"):
                continue
            delta = choice.get("delta") or {}
            text.append(_texts(delta.get("content")) or delta.get("refusal") or "")
            if delta.get("function_call"):
                delta = {**delta, "tool_calls": [{"index": 0, "function": delta["function_call"]}]}
            finish = choice.get("finish_reason") or finish
            for n, call in enumerate(delta.get("tool_calls") or []):
                function = call.get("function") or call.get("custom") or {}
                piece = function.get("arguments") or function.get("input") or ""
                custom |= {call.get("index", n)} if "custom" in call else set()
                name, arguments = calls.get(call.get("index", n), ("", ""))
                calls[call.get("index", n)] = (name or function.get("name") or "", arguments + piece)
    made = [(name, {"input": raw} if n in custom else _arguments(raw)) for n, (name, raw) in calls.items()]
    return Meaning("".join(text), made, finish)


def of_anthropic(answer: Json) -> Meaning:
    blocks = answer.get("content") or []
    text = "".join(b.get("text", "") for b in blocks if b.get("type") == "text")
    calls = [(b["name"], b.get("input") or {}) for b in blocks if b.get("type") == "tool_use"]
    return Meaning(text, calls, answer.get("stop_reason"))


def of_anthropic_stream(events: Iterable[Json]) -> Meaning:
    blocks: dict[int, Json] = {}
    stop = None
    for event in events:
        if event.get("type") == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "partial": ""}
        elif event.get("type") == "content_block_delta":
            delta, block = event["delta"], blocks[event["index"]]
            if delta.get("type") == "text_delta":
                block["text"] = block.get("text", "") + delta["text"]
            elif delta.get("type") == "input_json_delta":
                block["partial"] += delta["partial_json"]
        elif event.get("type") == "message_delta":
            stop = event["delta"].get("stop_reason") or stop
    for block in blocks.values():
        if block.get("partial"):
            block["input"] = _arguments(block["partial"])
    return of_anthropic({"content": list(blocks.values()), "stop_reason": stop})


def of_gemini(answer: Json) -> Meaning:
    return of_gemini_stream([answer])


def of_gemini_stream(chunks: Iterable[Json]) -> Meaning:
    found = Meaning()
    for chunk in chunks:
        candidate: Json = next((one for one in chunk.get("candidates") or [] if not one.get("index")), {})
        for part in (candidate.get("content") or {}).get("parts") or []:
            if part.get("functionCall"):
                found.tools.append((part["functionCall"].get("name"), part["functionCall"].get("args") or {}))
            elif not part.get("thought"):
                found.text += part.get("text") or ""
        found.finish = candidate.get("finishReason") or found.finish
    return found


def of_responses(answer: Json) -> Meaning:
    items = answer.get("output") or []
    parts = [p for item in items if item.get("type") == "message" for p in item.get("content") or []]
    text = "".join(p.get("text") or p.get("refusal") or "" for p in parts)
    calls = [(i["name"], _arguments(i.get("arguments"))) for i in items if i.get("type") == "function_call"]
    calls += [(i["name"], {"input": i.get("input")}) for i in items if i.get("type") == "custom_tool_call"]
    incomplete = (answer.get("incomplete_details") or {}).get("reason")
    return Meaning(text, calls, incomplete or answer.get("status"))


def of_responses_stream(events: Iterable[Json]) -> Meaning:
    ends = [e["response"] for e in events if e.get("type") in ("response.completed", "response.incomplete")]
    return of_responses(ends[-1]) if ends else Meaning()


def of_converse(answer: Json) -> Meaning:
    blocks = ((answer.get("output") or {}).get("message") or {}).get("content") or []
    uses = [block["toolUse"] for block in blocks if "toolUse" in block]
    calls = [(use["name"], use.get("input") or {}) for use in uses if use.get("type") != "server_tool_use"]
    return Meaning("".join(map(_converse_text, blocks)), calls, answer.get("stopReason"))


def _converse_text(block: Json) -> str:
    cited = (block.get("citationsContent") or {}).get("content") or []
    return block.get("text", "") + "".join(part.get("text", "") for part in cited)


def of_converse_stream(events: Iterable[Json]) -> Meaning:
    found, tool, partial = Meaning(), None, ""
    for event in events:
        if "contentBlockStart" in event:
            tool, partial = (event["contentBlockStart"].get("start") or {}).get("toolUse"), ""
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            found.text += delta.get("text", "")
            partial += (delta.get("toolUse") or {}).get("input", "")
        elif "contentBlockStop" in event and tool and tool.get("type") != "server_tool_use":
            found.tools.append((tool["name"], _arguments(partial) if partial else {}))
            tool = None
        elif "messageStop" in event:
            found.finish = event["messageStop"]["stopReason"]
    return found


WHOLE = {
    "openai_chat": of_openai, "anthropic_messages": of_anthropic, "gemini": of_gemini, "openai_responses": of_responses,
    "converse": of_converse,
}  # fmt: skip
STREAMED = {
    "openai_chat": of_openai_stream, "anthropic_messages": of_anthropic_stream, "gemini": of_gemini_stream,
    "openai_responses": of_responses_stream, "converse": of_converse_stream,
}  # fmt: skip


def events_of(body: bytes) -> list[Json]:
    """The JSON of each server-sent event; what is no JSON object is left out."""
    if body.lstrip()[:1] == b"[":  # Google without alt=sse
        return [event for event in json.loads(body) if isinstance(event, dict)]
    found = []
    for line in body.replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith((b"data:", b"{")):  # Ollama sends bare lines
            try:
                event = json.loads(line.removeprefix(b"data:"))
            except ValueError:
                continue
            if isinstance(event, dict):
                found.append(event)
    return found


def _texts(content: Any) -> str:
    if isinstance(content, list):
        return "".join(p.get("text") or "" for p in content if isinstance(p, dict) and p.get("type") == "text")
    return content if isinstance(content, str) else ""


def _arguments(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw or {}
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError:
        return raw


def binary(text: str) -> bytes:
    return base64.b64decode(text)
