"""OpenAI's chat completions, which are also the internal form.

https://platform.openai.com/docs/api-reference/chat
"""

from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.openai_chat.errors import error, stream_error
from routing.wire.dialects.openai_chat.response import answer
from routing.wire.dialects.openai_chat.stream import ChatEmitter

OPENAI_CHAT = Dialect("openai_chat", lambda body: body, answer, ChatEmitter, error, stream_error)
