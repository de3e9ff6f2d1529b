"""What Anthropic's Messages API says, in words that its client dialect and its provider adapter share.

https://platform.claude.com/docs/en/api/messages
"""

from typing import Any

from routing.wire import json_text
from routing.wire.reading import text_in

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
# Claude Code's note to Anthropic's billing at the start of a system prompt. It is another one in each request, so that
# it would spoil other providers' prompt caches, and Bedrock refuses it.
# https://code.claude.com/docs/en/llm-gateway-protocol#system-prompt-attribution-block
ATTRIBUTION = "x-anthropic-billing-header:"
TOOL_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def written(value: Any) -> str:
    """A tool's input as JSON; nothing is an empty object. ValueError for what is nested too deeply to write."""
    try:
        return json_text.write({} if value is None else value).decode()
    except json_text.InvalidJson:  # it reads deeper than it writes
        raise ValueError("nested too deeply") from None


def without_attribution(system: Any) -> Any:
    """A system prompt, a text or a list of blocks, without that note."""
    if isinstance(system, str):
        return system.partition("\n")[2] if system.startswith(ATTRIBUTION) else system
    if not isinstance(system, list):
        return system
    kept = [_without_attribution(block) for block in system]
    return [block for block in kept if block is not None]


def _without_attribution(block: Any) -> Any:
    """None for a block that holds nothing else."""
    text = text_in(block.get("text")) if isinstance(block, dict) else ""
    if not text.startswith(ATTRIBUTION):
        return block
    rest = without_attribution(text)
    return {**block, "text": rest} if rest else None
