"""Anthropic's whole answers → the internal form. https://platform.claude.com/docs/en/api/messages"""

from typing import Any

from routing.providers.anthropic.draft import Draft
from routing.providers.anthropic.errors import error_from_event
from routing.providers.anthropic.output import JSON_TOOL
from routing.wire import json_text
from routing.wire.anthropic import DIALECT, FINISH_OF_STOP, THOUGHTS, written
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.reading import objects_in, text_in


def parse(operation: str, body: bytes) -> Json:
    """A whole answer. Raises `UpstreamError` for what is no answer, though its status was 200."""
    try:
        data = json_text.read(body)
    except json_text.InvalidJson:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is not JSON.", 200) from None
    if not isinstance(data, dict):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    if data.get("type") == "error" or isinstance(data.get("error"), dict):
        raise error_from_event(data)
    if operation == "count_tokens":
        if type(data.get("input_tokens")) is not int:
            raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no count.", 200)
    elif not isinstance(data.get("content"), list):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no result.", 200)
    return data


def completion(data: Json, created: int, draft: Draft) -> Json:
    """A message as an internal answer."""
    reader = _Reader(draft)
    try:
        for block in objects_in(data["content"]):
            reader.read(block)
    except ValueError:
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer is nested too deeply.", 200) from None
    return {
        "id": text_in(data.get("id")),
        "object": "chat.completion",
        "created": created,
        "model": text_in(data.get("model")),
        "choices": [{"index": 0, "message": reader.message(), "logprobs": None, **ending(data, draft)}],
    }


def ending(data: Json, draft: Draft) -> Json:
    """How an answer ended: OpenAI's word, Anthropic's own, and what it tells besides."""
    reason = data.get("stop_reason")
    finish = FINISH_OF_STOP.get(reason, "stop") if isinstance(reason, str) else "stop"
    if draft.json_tool and finish == "tool_calls":
        return {"finish_reason": "stop", "native_finish_reason": "end_turn"}
    ended: Json = {"finish_reason": finish, "native_finish_reason": reason}
    for name in ("stop_sequence", "stop_details"):
        if data.get(name) is not None:
            ended[name] = data[name]
    return ended


class _Reader:
    """Content blocks, gathered into one message."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._text = ""
        self._thought = ""
        self._extras: Json = {}  # lists of the message's further fields
        self._leading = True  # nothing but thoughts has come

    def read(self, block: Json) -> None:
        kind = text_in(block.get("type"))
        if kind in THOUGHTS:
            self._think(block)
            return
        self._leading = False
        if kind == "text":
            self._say(block)
        elif kind == "tool_use":
            self._call(block)
        else:
            self._put("native_blocks", {"dialect": DIALECT, "block": block, "at": len(self._text)})

    def message(self) -> Json:
        content = self._text if self._text or "tool_calls" not in self._extras else None
        message: Json = {"role": "assistant", "content": content, "refusal": None}
        if self._thought:
            message["reasoning_content"] = self._thought
        return message | self._extras

    def _put(self, name: str, entry: Json) -> None:
        self._extras.setdefault(name, []).append(entry)

    def _think(self, block: Json) -> None:
        """The first thoughts are the message's; those between other blocks keep their place."""
        self._thought += text_in(block.get("thinking"))
        if not self._leading:
            self._put("native_blocks", {"dialect": DIALECT, "block": block, "at": len(self._text)})
        elif block.get("signature") or block.get("data"):
            self._put("thinking_blocks", block)

    def _say(self, block: Json) -> None:
        start = len(self._text)
        self._text += text_in(block.get("text"))
        for citation in objects_in(block.get("citations")):
            place = {"start_index": start, "end_index": len(self._text)}
            self._put("citations", {"dialect": DIALECT, "citation": citation, **place})
            if annotation := annotation_of(citation, place):
                self._put("annotations", annotation)

    def _call(self, block: Json) -> None:
        name, given = text_in(block.get("name")), block.get("input")
        arguments = written(given)
        if self._draft.json_tool and name == JSON_TOOL:
            self._text += arguments
            return
        function = {"name": self._draft.names.get(name, name), "arguments": arguments}
        self._put("tool_calls", {"id": text_in(block.get("id")), "type": "function", "function": function})


def annotation_of(citation: Json, place: Json) -> Json | None:
    """A citation of a page in the web, as OpenAI has it; of others it knows none."""
    url: Any = citation.get("url") or citation.get("source")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return None
    return {"type": "url_citation", "url_citation": {"url": url, "title": text_in(citation.get("title")), **place}}
