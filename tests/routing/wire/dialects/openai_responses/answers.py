"""Recorded answers, put into the internal form and out again."""

import orjson

from billing.dataplane.usage import Usage
from routing.wire.contract import Call, Json
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES
from tests.routing.providers.openai_responses.exchanges import CHAT, adapter, told
from tests.upstream.cassettes import Cassette


def call_of(body: Json, stream: bool = True) -> Call:
    return Call("chat", "openai_responses", body, "m", stream, to_chat=OPENAI_RESPONSES.to_chat)


def whole_again(recorded: Cassette) -> Json:
    """A whole answer as a caller of a translated provider would get it."""
    made = adapter(dialect=CHAT, stream=False)
    chat = made.parse(recorded.body).chat
    assert chat is not None
    answer = OPENAI_RESPONSES.answer(chat, made.usage, call_of(recorded.request, stream=False))
    again: Json = orjson.loads(orjson.dumps(answer))
    return again


def events_again(recorded: Cassette) -> list[Json]:
    """The events of a stream as such a caller would get them."""
    made, emitter = adapter(dialect=CHAT), OPENAI_RESPONSES.emitter(call_of(recorded.request))
    chunks = [chunk for event in made.feed(recorded.body) + made.finish() for chunk in event.chunks]
    return told(emitter.feed(chunks, made.usage) + emitter.finish(made.usage))


def streamed(*deltas: Json, finish: str = "stop", body: Json | None = None) -> list[Json]:
    """The events that these deltas of a chat become."""
    emitter, usage = (
        OPENAI_RESPONSES.emitter(call_of(body or {"input": "Hi"})),
        Usage(input_tokens=3, source="provider"),
    )
    chunks: list[Json] = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    end: Json = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    return told(b"".join(emitter.feed([chunk], usage) for chunk in [*chunks, end]) + emitter.finish(usage))


def texts(response: Json) -> str:
    """All text of an answer."""
    parts = [part for item in response["output"] if item["type"] == "message" for part in item["content"]]
    return "".join(part.get("text", "") for part in parts)


def calls(response: Json) -> list[tuple[str, str, str]]:
    """All calls of functions."""
    made = [item for item in response["output"] if item["type"] == "function_call"]
    return [(item["call_id"], item["name"], item["arguments"]) for item in made]
