"""An answer in the internal form → a whole Anthropic message."""

from billing.dataplane.usage import Usage
from routing.wire.anthropic import FINISH_OF_STOP, STOP_OF_FINISH
from routing.wire.anthropic_blocks import blocks
from routing.wire.contract import Call, Json
from routing.wire.reading import objects_in, text_in


def answer(chat: Json, usage: Usage, call: Call) -> Json:
    """The message; of several choices the first, since Anthropic knows but one."""
    if call.operation == "count_tokens":
        return {"input_tokens": chat.get("input_tokens", 0)}
    choice = next(iter(objects_in(chat.get("choices"))), {})
    message = choice.get("message")
    message = message if isinstance(message, dict) else {}
    if message.get("images"):
        call.warnings.append("the answer's images were left out")
    return {
        "id": message_id(chat),
        "type": "message",
        "role": "assistant",
        "model": text_in(chat.get("model")) or call.model,
        "content": blocks(message),
        "stop_reason": stop_reason(choice, bool(message.get("tool_calls") or message.get("function_call"))),
        "stop_sequence": stop_sequence(choice),
        "usage": usage_object(usage),
    }


def message_id(chat: Json) -> str:
    """The provider's own id, with Anthropic's prefix."""
    given = text_in(chat.get("id"))
    return given if given.startswith("msg_") else f"msg_{given}"


def stop_reason(choice: Json, has_tools: bool) -> str:
    """Anthropic's word, the provider's own where it is one. Some say "stop" where they call a tool."""
    native = choice.get("native_finish_reason")
    if isinstance(native, str) and native in FINISH_OF_STOP:
        return native
    reason = STOP_OF_FINISH.get(str(choice.get("finish_reason")), "end_turn")
    if reason != "end_turn":
        return reason
    if has_tools:
        return "tool_use"
    return "end_turn" if stop_sequence(choice) is None else "stop_sequence"


def stop_sequence(choice: Json) -> str | None:
    return text_in(choice.get("stop_sequence")) or None


def usage_object(usage: Usage) -> Json:
    """Anthropic's `usage`: cached and written tokens beside the input."""
    read, written = usage.cached_input_tokens, usage.cache_write_tokens
    counts: Json = {
        "input_tokens": max(usage.input_tokens - read - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }
    if usage.searches:
        counts["server_tool_use"] = {"web_search_requests": usage.searches, "web_fetch_requests": 0}
    if written:
        hour = usage.cache_write_1h_tokens
        counts["cache_creation"] = {"ephemeral_5m_input_tokens": written - hour, "ephemeral_1h_input_tokens": hour}
    return counts
