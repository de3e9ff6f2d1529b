"""What answers of Cohere, Ollama and legacy prompt APIs say, read by code that shares nothing with the product."""

import json
from collections.abc import Iterable
from typing import Any

from tests.conformance import meaning
from tests.conformance.meaning import Json, Meaning

_INVOKE = {
    "FINISH": "stop", "COMPLETE": "stop", "endoftext": "stop", "LENGTH": "length", "CONTENT_FILTERED": "content_filter",
}  # fmt: skip
_COHERE = {"COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls"}


def of_cohere(answer: Json) -> Meaning:
    message = answer["message"]
    parts = message.get("content") or []
    calls = [call["function"] for call in message.get("tool_calls") or []]
    tools = [(call["name"], _json(call["arguments"])) for call in calls]
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    return Meaning(text, tools, _COHERE[answer["finish_reason"]])


def of_cohere_stream(events: Iterable[Json]) -> Meaning:
    found, names, arguments = Meaning(), [], []
    for event in events:
        message = (event.get("delta") or {}).get("message") or {}
        kind = event["type"]
        if kind in ("content-start", "content-delta"):
            found.text += message["content"].get("text") or ""
        elif kind == "tool-call-start":
            names.append(message["tool_calls"]["function"]["name"])
            arguments.append(message["tool_calls"]["function"]["arguments"])
        elif kind == "tool-call-delta":
            arguments[-1] += message["tool_calls"]["function"]["arguments"]
        elif kind == "message-end":
            found.finish = _COHERE[event["delta"]["finish_reason"]]
    found.tools = [(name, _json(raw)) for name, raw in zip(names, arguments, strict=True)]
    return found


def of_ollama(answer: Json) -> Meaning:
    return of_ollama_stream([answer])


def of_ollama_stream(lines: Iterable[Json]) -> Meaning:
    found = Meaning()
    for line in lines:
        message = line.get("message") or {}
        found.text += message.get("content") or line.get("response") or ""
        calls = [call["function"] for call in message.get("tool_calls") or []]
        found.tools += [(call["name"], call["arguments"]) for call in calls]
        found.finish = line.get("done_reason") or found.finish
    return found


def of_completions(answer: Json) -> Meaning:
    return of_completions_stream([answer])


def of_completions_stream(chunks: Iterable[Json]) -> Meaning:
    found = Meaning()
    for chunk in chunks:
        for choice in chunk.get("choices") or []:
            if not choice.get("index"):
                found.text += choice.get("text") or ""
                found.finish = choice.get("finish_reason") or found.finish
    return found


def of_invoke(answer: Json) -> Meaning:
    if "output" in answer:  # Nova
        return meaning.of_converse(answer)
    part = answer
    for name in ("results", "outputs", "completions", "generations"):
        part = (answer.get(name) or [part])[0]
    said = part.get("data", part)
    texts = [said.get(name) or "" for name in ("outputText", "generation", "completion", "text")]
    ends = [part.get(name) for name in ("completionReason", "stop_reason", "finish_reason", "finishReason")]
    end = next((end["reason"] if isinstance(end, dict) else end for end in ends if end), None)
    return Meaning("".join(texts), [], _INVOKE.get(end or "", end))


def of_invoke_stream(events: Iterable[Json]) -> Meaning:
    events = list(events)
    if any("contentBlockDelta" in event for event in events):
        return meaning.of_converse_stream(events)
    parts = [of_invoke(event) for event in events]
    ends = [part.finish for part in parts if part.finish]
    return Meaning("".join(part.text for part in parts), [], ends[-1] if ends else None)


def _json(raw: str) -> Any:
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError:
        return raw


WHOLE = {
    **meaning.WHOLE,
    "invoke": of_invoke,
    "cohere": of_cohere,
    "ollama": of_ollama,
    "openai_completions": of_completions,
}
STREAMED = {
    **meaning.STREAMED, "invoke": of_invoke_stream, "cohere": of_cohere_stream, "ollama": of_ollama_stream,
    "openai_completions": of_completions_stream,
}  # fmt: skip
