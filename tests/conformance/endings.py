"""How a recorded answer ended: whole, in an error of its own, or where its recorder stopped."""

from typing import Any

import orjson

from routing.wire.aws_eventstream import EventStreamDecoder
from tests.conformance import meaning
from tests.conformance.exchanges import Exchange
from tests.conformance.meaning import Json

WHOLE, FAILED, CUT = "whole", "failed", "cut"
_ANTHROPIC_ENDS = {"message_stop"}
_RESPONSES_ENDS = {"response.completed", "response.incomplete", "response.failed"}


def of(exchange: Exchange) -> str:
    """CUT only where that can be seen: compressed bytes without their end, JSON without its, no terminal marker."""
    if not exchange.stream:
        return CUT if _is_open(exchange) else WHOLE
    said = events(exchange)
    if any(_is_error(event) for event in said):
        return FAILED
    return WHOLE if _has_ended(exchange, said) else CUT


def events(exchange: Exchange) -> list[Json]:
    """The events of a recorded stream."""
    if exchange.kind != "bedrock":
        return meaning.events_of(exchange.body)
    messages = EventStreamDecoder().feed(exchange.body)
    found = [
        (m.header(":event-type") or m.header(":exception-type"), orjson.loads(m.payload or b"{}")) for m in messages
    ]
    if exchange.dialect == "converse":
        return [{str(kind): event} for kind, event in found]
    return [orjson.loads(meaning.binary(event["bytes"])) for _, event in found if "bytes" in event]


def _is_open(exchange: Exchange) -> bool:
    """No JSON, for it lacks its end; a compressed body may lack no more than its checksum."""
    text = exchange.body.strip()
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return exchange.is_cut or (text[:1] in (b"{", b"[") and text[-1:] not in (b"}", b"]"))
    return False


def _is_error(event: Json) -> bool:
    kind = event.get("type")
    return bool(event.get("error")) or kind in ("error", "response.failed") or any("Exception" in key for key in event)


def _has_ended(exchange: Exchange, said: list[Json]) -> bool:
    if exchange.dialect == "anthropic_messages":
        return any(event.get("type") in _ANTHROPIC_ENDS for event in said)
    if exchange.dialect == "openai_responses":
        return any(event.get("type") in _RESPONSES_ENDS for event in said)
    if exchange.dialect == "converse":
        return any("messageStop" in event for event in said)
    if exchange.dialect == "invoke":
        return any("amazon-bedrock-invocationMetrics" in event for event in said)
    if exchange.dialect in ("cohere", "ollama"):
        return any(event.get("type") == "message-end" or event.get("done") for event in said)
    if exchange.dialect == "gemini":
        return any(event.get("promptFeedback") or _finish(event, "candidates", "finishReason") for event in said)
    finished = any(_finish(event, "choices", "finish_reason") for event in said)
    return b"[DONE]" in exchange.body or (finished and exchange.settings.get("done") == "optional")


def _finish(event: Json, several: str, reason: str) -> Any:
    return next((one[reason] for one in event.get(several) or [] if one.get(reason)), None)
