"""An internal message → Anthropic's content blocks, in the order in which the model wrote them.

The client dialect answers with them; the provider adapter sends them as history.
"""

from typing import Any

from routing.wire import json_text
from routing.wire.anthropic import DIALECT, THOUGHTS
from routing.wire.contract import Json
from routing.wire.reading import objects_in, text_in

DEEP = 200  # levels that are surely written


def blocks(message: Json) -> list[Json]:
    """Thoughts, then text with native blocks in their places, then tool uses."""
    text = text_in(message.get("content")) + text_in(message.get("refusal"))
    calls = objects_in(message.get("tool_calls"))
    if isinstance(message.get("function_call"), dict):
        calls.append({"function": message["function_call"]})
    return [*thoughts(message), *written(text, message), *map(tool_use, calls)]


def thoughts(message: Json) -> list[Json]:
    found = [thought(block) for block in objects_in(message.get("thinking_blocks")) if block.get("type") in THOUGHTS]
    said = text_in(message.get("reasoning_content"))
    if not found:
        placed = any(entry["block"].get("type") in THOUGHTS for entry in own(message.get("native_blocks"), "block"))
        return [thought({"thinking": said})] if said and not placed else []
    unsaid = [block for block in found if block.get("thinking") == ""]
    if said and len(unsaid) == len(found):  # a signature came, and the text apart from it
        unsaid[0]["thinking"] = said
    return found


def thought(block: Json) -> Json:
    """A block of thoughts. Those of other models have no signature."""
    if block.get("type") == "redacted_thinking":
        return {"type": "redacted_thinking", "data": text_in(block.get("data"))}
    return {
        "type": "thinking",
        "thinking": text_in(block.get("thinking")),
        "signature": text_in(block.get("signature")),
    }


def written(text: str, message: Json) -> list[Json]:
    """A text with its native blocks and citations, cut where a native block stands or a citation begins or ends."""
    natives = [(_place(entry.get("at"), text), entry["block"]) for entry in own(message.get("native_blocks"), "block")]
    cited = [(*_range(entry, text), entry["citation"]) for entry in citations(message)]
    cuts = {0, len(text), *(at for at, _ in natives), *(edge for start, end, _ in cited for edge in (start, end))}
    places = sorted(cuts)
    made: list[Json] = []
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        made += [block for at, block in natives if at == start]
        if start < end:
            made.append(text_block(text[start:end], [one for a, b, one in cited if a <= start and end <= b]))
    return made


def text_block(text: str, cited: list[Json]) -> Json:
    return {"type": "text", "text": text} | ({"citations": cited} if cited else {})


def own(entries: Any, name: str) -> list[Json]:
    """Entries of this dialect that hold what they should."""
    return [
        entry for entry in objects_in(entries) if entry.get("dialect") == DIALECT and isinstance(entry.get(name), dict)
    ]


def citations(message: Json) -> list[Json]:
    """Anthropic's own; else OpenAI's annotations in Anthropic's words."""
    native = own(message.get("citations"), "citation")
    if native:
        return native
    found = [one.get("url_citation") for one in objects_in(message.get("annotations"))]
    return [
        {"citation": web_citation(cite), "start_index": cite.get("start_index"), "end_index": cite.get("end_index")}
        for cite in found
        if isinstance(cite, dict)
    ]


def web_citation(cite: Json) -> Json:
    """A `url_citation` as a web search's. Its index is Anthropic's secret, so it is empty."""
    return {
        "type": "web_search_result_location",
        "url": text_in(cite.get("url")),
        "title": text_in(cite.get("title")),
        "cited_text": text_in(cite.get("content")),
        "encrypted_index": "",
    }


def _range(entry: Json, text: str) -> tuple[int, int]:
    start, end = _place(entry.get("start_index"), text), _place(entry.get("end_index"), text)
    return (start, end) if start < end else (0, len(text))


def _place(at: Any, text: str) -> int:
    return min(max(at, 0), len(text)) if type(at) is int else 0


def tool_use(call: Json) -> Json:
    """A tool call. Arguments that are no JSON object are kept as one text."""
    function = called(call)
    return {
        "type": "tool_use",
        "id": text_in(call.get("id")) or f"toolu_{text_in(function.get('name'))}",
        "name": text_in(function.get("name")),
        "input": arguments_of(function),
    }


def called(call: Json) -> Json:
    """The function or custom tool that is called."""
    for kind in ("function", "custom"):
        if isinstance(call.get(kind), dict):
            return dict(call[kind])
    return {}


def arguments_of(function: Json) -> Json:
    written = text_in(function.get("arguments")) or text_in(function.get("input"))
    if not written.strip():
        return {}
    try:
        arguments = json_text.read(written)
        if written.count("{") + written.count("[") > DEEP:
            json_text.write(arguments)  # it reads deeper than it writes
    except json_text.InvalidJson:
        arguments = None
    return arguments if isinstance(arguments, dict) else {"input": written}
