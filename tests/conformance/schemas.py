"""Whether what we emit is valid in its dialect: OpenAI's published schema, the other vendors' own SDK models."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tests.conformance.meaning import Json


def complaint(dialect: str, told: Json | list[Json]) -> str:
    """The first thing that is invalid; empty if all is well."""
    for one in told if isinstance(told, list) else [told]:
        try:
            _adapter(dialect, isinstance(told, list)).validate_python(one)
        except ValidationError as error:
            first = error.errors()[0]
            return f"invalid at {'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""


@cache
def _adapter(dialect: str, streamed: bool) -> TypeAdapter[Any]:
    return TypeAdapter(_model(dialect, streamed))


def _model(dialect: str, streamed: bool) -> Any:
    if dialect == "anthropic_messages":
        from anthropic.types import Message, RawMessageStreamEvent

        return RawMessageStreamEvent if streamed else Message
    if dialect == "gemini":
        from google.genai.types import GenerateContentResponse

        return GenerateContentResponse
    if dialect == "openai_responses":
        from openai.types.responses import Response, ResponseStreamEvent

        return ResponseStreamEvent if streamed else Response
    from openai.types.chat import ChatCompletion, ChatCompletionChunk

    return ChatCompletionChunk if streamed else ChatCompletion
