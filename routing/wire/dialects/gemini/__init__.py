"""Google's generateContent dialect, for callers."""

from dataclasses import replace

from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.gemini.errors import array_error, error, stream_error
from routing.wire.dialects.gemini.request import to_chat
from routing.wire.dialects.gemini.response import answer
from routing.wire.dialects.gemini.stream import ArrayEmitter, GeminiEmitter
from routing.wire.gemini import ARRAY, SSE

GEMINI = Dialect(SSE, to_chat, answer, GeminiEmitter, error, stream_error)
# The same, its streams without `alt=sse`: one JSON array.
GEMINI_ARRAY = replace(
    GEMINI, name=ARRAY, emitter=ArrayEmitter, stream_error=array_error, stream_type=b"application/json"
)
