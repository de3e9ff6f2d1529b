"""Whether what we emit is valid in its dialect: OpenAI's published schema, the other vendors' own SDK models."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tests.conformance.meaning import Json


class Invalid(Exception):
    """The first thing that is."""


def parsed(dialect: str, told: Json) -> Any:
    """A whole answer as the SDK's users see it. Raises `Invalid`."""
    return _parsed(dialect, told, False)


def parsed_events(dialect: str, told: list[Json]) -> list[Any]:
    """A stream's events as the SDK's users see them. Raises `Invalid`."""
    return [_parsed(dialect, one, True) for one in told]


def _parsed(dialect: str, told: Json, streamed: bool) -> Any:
    try:
        return _adapter(dialect, streamed).validate_python(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"invalid at {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


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
