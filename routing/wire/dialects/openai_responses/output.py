"""Output items, written from the internal form's message."""

from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json
from routing.wire.responses import new_id, objects, seal


def reasoning_item(text: str, sealed: str | None, item_id: str | None = None) -> Json:
    """Thoughts, as a summary: that is what clients show."""
    item: Json = {"id": item_id or new_id("rs"), "type": "reasoning", "summary": [], "status": "completed"}
    if text:
        item["summary"] = [{"type": "summary_text", "text": text}]
    if sealed is not None:
        item["encrypted_content"] = sealed
    return item


def sealed_thoughts(blocks: list[Json], calls: list[Json]) -> str | None:
    """What the provider wants back with its thoughts: signed blocks, and what belongs to calls. None: nothing."""
    extras = {
        str(call.get("id")): call["extra_content"] for call in calls if isinstance(call.get("extra_content"), dict)
    }
    if not blocks and not extras:
        return None
    return seal({"blocks": blocks, "calls": extras})


def message_item(parts: list[Json], status: str, item_id: str | None = None) -> Json:
    fields = {"id": item_id or new_id("msg"), "type": "message", "status": status, "role": "assistant"}
    return {**fields, "content": parts}


def text_part(text: str, annotations: list[Json], logprobs: list[Json]) -> Json:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs}


def refusal_part(text: str) -> Json:
    return {"type": "refusal", "refusal": text}


def call_item(call: Json, tools: "ToolNames", status: str, item_id: str | None = None) -> Json:
    """A tool call of the internal form; one of a custom tool is that again."""
    custom, function = _dict(call.get("custom")), _dict(call.get("function"))
    name, arguments = str((custom or function).get("name") or ""), str(function.get("arguments") or "")
    as_text = bool(custom) or name in tools.custom
    prefix = "ctc" if as_text else "fc"
    fields = {"id": item_id or new_id(prefix), "call_id": str(call.get("id") or ""), "name": name}
    if as_text:
        text = str(custom.get("input") or "") if custom else free_text(arguments)
        return {**fields, "type": "custom_tool_call", "input": text, "status": status}
    item = {**fields, "type": "function_call", "arguments": arguments, "status": status}
    if name in tools.spaces:
        item["namespace"] = tools.spaces[name]
    if isinstance(call.get("extra_content"), dict):
        item["extra_content"] = call["extra_content"]
    return item


class ToolNames:
    """Which tools are custom, and in which namespace the others are."""

    __slots__ = ("custom", "spaces")

    def __init__(self, custom: frozenset[str], spaces: dict[str, str]) -> None:
        self.custom, self.spaces = custom, spaces


def free_text(arguments: str) -> str:
    """The text in a custom tool's arguments; what the model wrote where it is no such object."""
    try:
        said = json_text.read(arguments)
    except json_text.InvalidJson:
        return arguments
    text = said.get("input") if isinstance(said, dict) else None
    return text if isinstance(text, str) else arguments


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def annotation_of(annotation: Json) -> Json | None:
    """A chat's annotation; None for a kind that is not known here."""
    cited = annotation.get("url_citation")
    if not isinstance(cited, dict) or not cited.get("url"):
        return None
    start, end = cited.get("start_index"), cited.get("end_index")
    return {
        "type": "url_citation",
        "url": cited["url"],
        "title": str(cited.get("title") or ""),
        "start_index": start if isinstance(start, int) else 0,
        "end_index": end if isinstance(end, int) else 0,
    }


def logprobs_of(choice: Json) -> list[Json]:
    """A choice's token probabilities, with the lists that are always there in this dialect."""
    logprobs = choice.get("logprobs")
    tokens = objects(logprobs.get("content")) if isinstance(logprobs, dict) else []
    return [{**_probability(token), "top_logprobs": _tops(token)} for token in tokens]


def _tops(token: Json) -> list[Json]:
    return [_probability(top) for top in objects(token.get("top_logprobs"))]


def _probability(token: Json) -> Json:
    text = str(token.get("token") or "")
    known = token.get("bytes")
    return {
        "token": text,
        "logprob": token.get("logprob") or 0.0,
        "bytes": known if isinstance(known, list) else list(text.encode("utf-8", "replace")),
    }
