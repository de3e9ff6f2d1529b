"""Whole answers: the internal form → a Response object.

https://platform.openai.com/docs/api-reference/responses/object
"""

import time
from typing import Any

from billing.dataplane.usage import Usage
from routing.wire.chat import parts_of
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_responses.output import (
    ToolNames,
    annotation_of,
    call_item,
    logprobs_of,
    message_item,
    reasoning_item,
    refusal_part,
    sealed_thoughts,
    text_part,
)
from routing.wire.dialects.openai_responses.tools import custom_names, namespaces
from routing.wire.responses import REASON_OF_FINISH, new_id, objects

# What an answer says of the request, and what it says where that is silent.
_ECHOED: Json = {
    "instructions": None, "max_output_tokens": None, "max_tool_calls": None, "metadata": {},
    "parallel_tool_calls": True, "prompt_cache_key": None, "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None, "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}},
    "tool_choice": "auto", "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled",
}  # fmt: skip

# Others have words of their own.
_TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")


def answer(chat: Json, usage: Usage, call: Call) -> Json:
    """A whole answer; its first choice, since there is one here only."""
    if call.operation == "count_tokens":
        return {"object": "response.input_tokens", "input_tokens": chat["input_tokens"]}
    choices = objects(chat.get("choices"))
    choice = choices[0] if choices else {}
    message = choice.get("message")
    status, details = ending(choice.get("finish_reason"))
    output = _output(message if isinstance(message, dict) else {}, choice, tool_names(call), status)
    created = chat.get("created")
    return frame(call, chat) | {
        "created_at": created if isinstance(created, int) and created else int(time.time()),
        "status": status,
        "completed_at": int(time.time()),
        "incomplete_details": details,
        "output": output,
        "usage": usage_object(usage),
    }


def frame(call: Call, chat: Json) -> Json:
    """All of a Response but what it answers."""
    asked = {name: default if call.body.get(name) is None else call.body[name] for name, default in _ECHOED.items()}
    if call.body.get("user"):
        asked["user"] = call.body["user"]
    asked["store"] = asked["store"] and call.notes.get("store", True)
    tier = chat.get("service_tier") or call.body.get("service_tier")
    return {
        "id": call.notes.setdefault("id", new_id("resp")),
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": str(chat.get("model") or call.model),
        "output": [],
        "previous_response_id": call.notes.get("previous_response_id"),
        "service_tier": tier if tier in _TIERS else "default",
        "tools": [_shown(tool) for tool in objects(call.body.get("tools"))],
        **asked,
    }


def _shown(tool: Json) -> Json:
    return {"strict": None, "parameters": None, **tool} if tool.get("type") == "function" else tool


def ending(finish: Any) -> tuple[str, Json | None]:
    """A chat's finish → status and `incomplete_details`."""
    reason = REASON_OF_FINISH.get(finish) if isinstance(finish, str) else None
    return ("incomplete", {"reason": reason}) if reason else ("completed", None)


def tool_names(call: Call) -> ToolNames:
    return ToolNames(custom_names(call.body), namespaces(call.body))


def _output(message: Json, choice: Json, tools: ToolNames, status: str) -> list[Json]:
    calls, blocks = objects(message.get("tool_calls")), objects(message.get("thinking_blocks"))
    thoughts, sealed = message.get("reasoning_content"), sealed_thoughts(blocks, calls)
    items = []
    if thoughts or sealed:
        items.append(reasoning_item(thoughts if isinstance(thoughts, str) else "", sealed))
    if parts := _parts(message, choice):
        items.append(message_item(parts, status))
    return items + [call_item(call, tools, status) for call in calls]


def _parts(message: Json, choice: Json) -> list[Json]:
    text = "".join(str(part.get("text") or "") for part in parts_of(message.get("content")))
    annotations = [annotation_of(annotation) for annotation in objects(message.get("annotations"))]
    parts = [text_part(text, [each for each in annotations if each], logprobs_of(choice))] if text else []
    refusal = message.get("refusal")
    return [*parts, refusal_part(refusal)] if isinstance(refusal, str) and refusal else parts


def usage_object(usage: Usage) -> Json:
    """`usage` as this API counts: cached inside the input, reasoning inside the output."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
