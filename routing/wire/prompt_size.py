"""How many tokens a prompt takes, by our own estimate: for where a provider does not say, or says it at the end."""

from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.tokens import COUNTED_CHARS, READ_PARTS, count, extrapolated, text_of

# https://platform.claude.com/docs/en/build-with-claude/vision: a picture of a million pixels
IMAGE_TOKENS = 1_334
# https://platform.claude.com/docs/en/build-with-claude/pdf-support: a page of a document has 1,500 to 3,000
DOCUMENT_TOKENS = 2_250
_MEDIA = {"image_url": IMAGE_TOKENS, "file": DOCUMENT_TOKENS, "input_audio": IMAGE_TOKENS, "video_url": IMAGE_TOKENS}
MESSAGE_TOKENS = 4  # its role and its frame


def prompt_tokens(chat: Json) -> int:
    """Tokens in a request of the internal form: messages, media and tools. An estimate."""
    messages = chat.get("messages")
    messages = messages if isinstance(messages, list) else []
    return MESSAGE_TOKENS * len(messages) + count(text_of(messages)) + _media(messages) + _tools(chat.get("tools"))


def _media(messages: list[Any]) -> int:
    contents = (message.get("content") for message in messages[:READ_PARTS] if isinstance(message, dict))
    parts = [part for content in contents if isinstance(content, list) for part in content[:READ_PARTS]]
    return sum(_MEDIA.get(str(part.get("type")), 0) for part in parts if isinstance(part, dict))


def _tools(tools: Any) -> int:
    if not tools:
        return 0
    try:
        written = json_text.write(tools)
    except json_text.InvalidJson:  # it reads deeper than it writes
        return 0
    return extrapolated(written[:COUNTED_CHARS].decode(errors="ignore"), len(written))
