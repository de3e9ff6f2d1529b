"""OpenAI's legacy completions: a prompt and its continuation.

https://platform.openai.com/docs/api-reference/completions
"""

from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.openai_chat.errors import error, stream_error
from routing.wire.dialects.openai_completions.request import to_chat
from routing.wire.dialects.openai_completions.response import answer
from routing.wire.dialects.openai_completions.stream import CompletionsEmitter

OPENAI_COMPLETIONS = Dialect("openai_completions", to_chat, answer, CompletionsEmitter, error, stream_error)
