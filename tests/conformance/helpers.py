"""The official SDKs' own stream helpers, fed with our streams as their users feed them."""

from collections.abc import Callable
from typing import Any

from anthropic.lib.streaming._messages import accumulate_event
from openai import omit
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.lib.streaming.responses._responses import ResponseStreamState

from tests.conformance.meaning import Json


def gathered(client: str, events: list[Any]) -> Json | None:
    """The whole answer that the helper makes of a stream; None for SDKs that have none. Raises what the helper does."""
    return _HELPERS[client](events) if client in _HELPERS else None


def _chat(chunks: list[Any]) -> Json:
    state: ChatCompletionStreamState[Any] = ChatCompletionStreamState()
    for chunk in chunks:
        list(state.handle_chunk(chunk))
    return state.current_completion_snapshot.model_dump(warnings=False)


def _responses(events: list[Any]) -> Json:
    state: ResponseStreamState[Any] = ResponseStreamState(input_tools=omit, text_format=omit)
    for event in events:
        state.handle_event(event)
    final = state._completed_response or events[-1].response  # what is incomplete is not kept there
    return final.model_dump(warnings=False)


def _messages(events: list[Any]) -> Json:
    message: Any = None
    partial: dict[int, bytes] = {}
    for event in events:
        message = accumulate_event(event=event, current_snapshot=message, json_bufs=partial)
    return message.model_dump(warnings=False)


_HELPERS: dict[str, Callable[[list[Any]], Json]] = {
    "openai_chat": _chat,
    "openai_responses": _responses,
    "anthropic_messages": _messages,
}
