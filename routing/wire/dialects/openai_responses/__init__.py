"""OpenAI's Responses API, in front of any provider.

https://platform.openai.com/docs/api-reference/responses
"""

from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.openai_responses.errors import error, stream_error
from routing.wire.dialects.openai_responses.request import to_chat
from routing.wire.dialects.openai_responses.response import answer
from routing.wire.dialects.openai_responses.stream import ResponsesEmitter

OPENAI_RESPONSES = Dialect("openai_responses", to_chat, answer, ResponsesEmitter, error, stream_error)
