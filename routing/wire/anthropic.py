"""What Anthropic's Messages API says, in words that its client dialect and its provider adapter share.

https://platform.claude.com/docs/en/api/messages
"""

from typing import Any

from routing.wire.contract import Json

DIALECT = "anthropic_messages"
# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
FINISH_OF_STOP = {
    "end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "compaction": "stop",
    "max_tokens": "length", "model_context_window_exceeded": "length",
    "tool_use": "tool_calls", "refusal": "content_filter",
}  # fmt: skip
STOP_OF_FINISH = {
    "stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "function_call": "tool_use",
    "content_filter": "refusal",
}  # fmt: skip
# Blocks that the internal form has words for; all others travel as native blocks.
THOUGHTS = frozenset({"thinking", "redacted_thinking"})
TOOL_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def objects(value: Any) -> list[Json]:
    """The dictionaries of a list; whatever else comes is passed over."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def text_in(value: Any) -> str:
    """A text; anything else is none."""
    return value if isinstance(value, str) else ""
