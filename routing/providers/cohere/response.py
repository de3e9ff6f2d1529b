"""Cohere's whole answers → the internal form, and what stands in its streams as well."""

from typing import Any

from billing.dataplane.usage import ABSURD, Usage, usage_from_counts
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.reading import no_answer, object_in, objects_in, text_in

DIALECT = "cohere_chat"
FINISHES = {
    "COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "ERROR_LIMIT": "length",
    "TOOL_CALL": "tool_calls", "ERROR_TOXIC": "content_filter",
}  # fmt: skip
_FAILURES = {"ERROR": ErrorKind.SERVER, "TIMEOUT": ErrorKind.TIMEOUT}


def choice_in(data: Json) -> Json:
    """The one choice of an answer. Raises `UpstreamError` for what is none."""
    if failure := failure_in(data):
        raise failure
    message = data.get("message")
    if not isinstance(message, dict):
        raise no_answer("message")
    said = _message(message)
    ending = {"finish_reason": finish_of(data), "native_finish_reason": data.get("finish_reason")}
    return {"index": 0, "message": said, "logprobs": logprobs_of(data.get("logprobs")), **ending}


def finish_of(data: Json) -> str:
    return FINISHES.get(text_in(data.get("finish_reason")), "stop")


def failure_in(ended: Json) -> UpstreamError | None:
    """The error that an answer ended with, if one did."""
    kind = _FAILURES.get(text_in(ended.get("finish_reason")))
    if kind is None:
        return None
    message = text_in(ended.get("error")) or "The provider broke off its answer."
    return UpstreamError(kind, message, 200)


def _message(message: Json) -> Json:
    parts = objects_in(message.get("content"))
    text = "".join(text_in(part.get("text")) for part in parts if part.get("type") == "text")
    if isinstance(message.get("content"), str):
        text = message["content"]
    thoughts = "".join(text_in(part.get("thinking")) for part in parts) + text_in(message.get("tool_plan"))
    calls = [call_of(call, number) for number, call in enumerate(objects_in(message.get("tool_calls")))]
    said: Json = {"role": "assistant", "content": text if text or not calls else None, "refusal": None}
    if thoughts:
        said["reasoning_content"] = thoughts
    if calls:
        said["tool_calls"] = [{name: call[name] for name in call if name != "index"} for call in calls]
    citations = objects_in(message.get("citations"))
    if citations:
        said["citations"] = [citation_of(one) for one in citations]
        if pages := [page for one in citations for page in pages_of(one)]:
            said["annotations"] = pages
    return said


def call_of(call: Json, number: int) -> Json:
    """A call of a tool as it stands in a chunk."""
    function = object_in(call.get("function"))
    named = {"name": text_in(function.get("name")), "arguments": text_in(function.get("arguments"))}
    return {"index": number, "id": text_in(call.get("id")) or f"call_{number}", "type": "function", "function": named}


def citation_of(citation: Json) -> Json:
    place = {"start_index": citation.get("start"), "end_index": citation.get("end")}
    return {"dialect": DIALECT, "citation": citation, **place}


def pages_of(citation: Json) -> list[Json]:
    """A citation's sources that are pages of the web, as OpenAI has them."""
    documents = [object_in(source.get("document")) for source in objects_in(citation.get("sources"))]
    place = {"start_index": citation.get("start"), "end_index": citation.get("end")}
    return [
        {"type": "url_citation", "url_citation": {"url": url, "title": text_in(document.get("title")), **place}}
        for document in documents
        if (url := text_in(document.get("url"))).startswith(("http://", "https://"))
    ]


def logprobs_of(entries: Any) -> Json | None:
    """OpenAI's shape of Cohere's, which are told by pieces of text."""
    told = [entry for entry in objects_in(entries) if isinstance(entry.get("text"), str)]
    return {"content": [_logprob(entry) for entry in told], "refusal": None} if told else None


def _logprob(entry: Json) -> Json:
    text, given = entry["text"], entry.get("logprobs")
    numbers = [one for one in given if isinstance(one, int | float)] if isinstance(given, list) else []
    return {
        "token": text, "logprob": sum(numbers), "bytes": list(text.encode(errors="replace")), "top_logprobs": [],
    }  # fmt: skip


def usage_of(raw: Any) -> Usage:
    """What is charged: without the prompt that Cohere itself adds, and that alone is ever read from its cache.

    https://docs.cohere.com/docs/how-does-cohere-pricing-work
    """
    if not isinstance(raw, dict):
        return Usage(source="provider", absurd=True)
    tokens = object_in(raw.get("tokens"))
    billed = object_in(raw.get("billed_units")) or tokens
    thoughts, images = (_whole_number(tokens.get(f"{kind}_tokens")) for kind in ("reasoning", "image"))
    usage = usage_from_counts({
        "input_tokens": billed.get("input_tokens"),
        "output_tokens": billed.get("output_tokens"),
        "searches": billed.get("search_units"),
    })  # fmt: skip
    usage.reasoning_tokens = min(thoughts, usage.output_tokens)
    usage.input_image_tokens = min(images, usage.input_tokens)
    return usage


def _whole_number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value <= ABSURD else 0
