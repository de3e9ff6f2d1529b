"""The internal form of a chat: OpenAI's chat-completions request, answer and chunk as plain dictionaries.

What other dialects say and OpenAI's has no word for is carried in these extra fields. Every adapter and dialect
reads and writes them, or leaves them out with a warning; none is sent to a server that speaks OpenAI's dialect.

Request
  messages[].content[]        parts: text, image_url, input_audio, file (file_data as data URL, file_id or file_url),
                              video_url {url}; and `native` {dialect, block}: a block that only one dialect knows
  …part.cache_control         Anthropic's marker {"type": "ephemeral", "ttl"?}; also on messages, tools and tool results
  …file.citations/title/context   Anthropic's document fields
  assistant.reasoning_content the model's thoughts as text
  assistant.thinking_blocks   [{"type": "thinking", "thinking", "signature"} | {"type": "redacted_thinking", "data"}]
  tool_calls[].extra_content  {"google": {"thought_signature": …}}, as Google's own OpenAI endpoint has it; also on an
                              assistant's message for its text, and on its images
  tool.is_error               the tool failed
  tools[] of type native      {"type": "native", "dialect", "tool"}: a server tool that only one dialect knows
  reasoning_effort            none | minimal | low | medium | high | xhigh
  thinking                    {"type": "enabled", "budget_tokens"} | {"type": "adaptive"} | {"type": "disabled"}
  top_k                       an integer
  warnings                    what the caller's dialect had to leave out, as sentences; `Call.chat` takes them out
Answer
  choices[].message           reasoning_content, thinking_blocks, annotations (url_citation),
                              `native_blocks` [{dialect, block}]
  choices[].message.images    pictures that the model made: image_url parts, as OpenRouter has them; also in deltas
  choices[].message.audio     as OpenAI has it, and mime_type
  choices[].extra_content     {"google": {groundingMetadata, …}}: what Google says beside its answer
  choices[].native_finish_reason, choices[].stop_sequence   what the provider said, where OpenAI's five words lose it
Chunk
  choices[].delta             reasoning_content (thoughts as they come), thinking_blocks (one when its signature is
                              known, its text left out: it came before), `native_blocks`, annotations
"""

from typing import Any

from routing.wire.contract import Json

# The fields above, for those who must leave them out.
MESSAGE_EXTRAS = frozenset({"thinking_blocks", "reasoning_content", "is_error", "cache_control", "native_blocks"})


def native_part(dialect: str, block: Json) -> Json:
    """A content part that only one dialect knows."""
    return {"type": "native", "dialect": dialect, "block": block}


def parts_of(content: Any) -> list[Json]:
    """A message's content as a list of parts; a text is one part, nothing is none."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def has_functions(chat: Json) -> bool:
    """Whether a request offers tools that the caller runs itself.

    Coding tools offer every server tool that their own provider has beside these: such a one is left out with a
    warning where a provider lacks it. Where nothing else is offered, it is what the request is about.
    """
    tools = chat.get("tools")
    return isinstance(tools, list) and any(isinstance(tool, dict) and "function" in tool for tool in tools)
