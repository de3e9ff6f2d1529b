"""Google's contents → messages of the internal form. https://ai.google.dev/api/caching#Content"""

from collections import defaultdict
from typing import Any

from routing.wire import json_text
from routing.wire.chat import native_part
from routing.wire.contract import Json
from routing.wire.dialects.gemini.signatures import block_in
from routing.wire.failure import bad_request
from routing.wire.gemini import SSE, dicts, pick, tagged_signature

_AUDIO = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/l16": "pcm16"}


def system_message(instruction: Any) -> list[Json]:
    """The instruction as a message; none for none."""
    texts = [part["text"] for part in _parts(instruction) if isinstance(part.get("text"), str) and part["text"]]
    if not texts:
        return []
    content: Any = texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]
    return [{"role": "system", "content": content}]


def messages_of(body: Json, warnings: list[str]) -> list[Json]:
    """Raises `GatewayError` (400) for what is no conversation."""
    contents = body.get("contents")
    if isinstance(contents, str):
        contents = [{"parts": [{"text": contents}]}]
    if not isinstance(contents, list | dict) or not contents:
        raise bad_request("'contents' must be a list of contents.", "contents")
    reader = _Reader(warnings)
    for content in dicts(contents):
        reader.read(content)
    return reader.messages


def _parts(content: Any) -> list[Json]:
    """The parts of a content, however loosely it is written."""
    parts = content.get("parts", content) if isinstance(content, dict) else content
    listed = parts if isinstance(parts, list) else [parts]
    return [{"text": part} if isinstance(part, str) else part for part in listed if isinstance(part, str | dict)]


class _Reader:
    """The messages so far, and the calls that no result has answered yet: Google's own need no id."""

    def __init__(self, warnings: list[str]) -> None:
        self.messages: list[Json] = []
        self._warnings = warnings
        self._open: defaultdict[str, list[str]] = defaultdict(list)  # ids by function
        self._made = 0

    def read(self, content: Json) -> None:
        role = content.get("role") or "user"
        if role == "model":
            self._read_model(_parts(content))
        elif role in ("user", "function", "tool"):
            self._read_user(_parts(content))
        elif role == "system":
            self.messages += system_message(content)
        else:
            raise bad_request(f"There is no role '{role}'.", "contents")

    def _read_user(self, parts: list[Json]) -> None:
        """Results first, each a message of its own; then what the person says."""
        said: list[Json] = []
        for part in parts:
            result = pick(part, "functionResponse")
            if isinstance(result, dict):
                self.messages.append(self._result(result))
            elif (made := self._part(part)) is not None:
                said.append(made)
        if said:
            only_text = len(said) == 1 and said[0]["type"] == "text"
            self.messages.append({"role": "user", "content": said[0]["text"] if only_text else said})

    def _part(self, part: Json) -> Json | None:
        data, file = pick(part, "inlineData"), pick(part, "fileData")
        if isinstance(part.get("text"), str):
            return {"type": "text", "text": part["text"]} if part["text"] else None
        if isinstance(data, dict):
            return _inline(str(pick(data, "mimeType", "")), str(data.get("data") or ""), pick(data, "displayName"))
        if isinstance(file, dict):
            return _remote(str(pick(file, "mimeType", "")), str(pick(file, "fileUri", "")))
        return native_part(SSE, part) if part else None

    def _result(self, result: Json) -> Json:
        name, response = str(result.get("name") or ""), result.get("response")
        failed = isinstance(response, dict) and set(response) == {"error"}
        told = response["error"] if isinstance(response, dict) and failed else response or {}
        content: Any = told if isinstance(told, str) else json_text.write(told).decode()
        media = [made for part in dicts(result.get("parts")) if (made := self._part(part)) is not None]
        if media:
            content = [{"type": "text", "text": content}, *media]
        message = {"role": "tool", "tool_call_id": self._answered(name, result.get("id")), "content": content}
        return {**message, "is_error": True} if failed else message

    def _answered(self, name: str, given: Any) -> str:
        """The id of the call that a result belongs to: the named one, else the function's first without a result."""
        waiting = self._open[name]
        if isinstance(given, str) and given:
            if given in waiting:
                waiting.remove(given)
            return given
        return waiting.pop(0) if waiting else self._new_id(name)

    def _new_id(self, name: str) -> str:
        self._made += 1
        return f"call_{self._made}_{name}"[:40]

    def _read_model(self, parts: list[Json]) -> None:
        message: Json = {"role": "assistant"}
        said: list[Json] = []
        thought = ""
        for part in parts:
            call = pick(part, "functionCall")
            if part.get("thought") is True:
                thought = self._read_thought(part, thought, message)
            elif isinstance(call, dict):
                message.setdefault("tool_calls", []).append(self._call(call, part))
            elif (made := self._part(part)) is not None:
                said.append(made)
        if thought:
            message["reasoning_content"] = message.get("reasoning_content", "") + thought
        if all(part["type"] == "text" for part in said):
            message["content"] = "".join(part["text"] for part in said) or None
        else:
            message["content"] = said
        if message["content"] or len(message) > 2:
            self.messages.append(message)

    def _read_thought(self, part: Json, before: str, message: Json) -> str:
        """Thoughts up to a signature become a block; what is left after them is returned."""
        thought = before + str(part.get("text") or "")
        signature = pick(part, "thoughtSignature")
        if not isinstance(signature, str) or not signature:
            return thought
        block = block_in(signature) or {"type": "thinking", "signature": tagged_signature("thought", signature)}
        if block["type"] == "thinking":
            block["thinking"] = thought
            message["reasoning_content"] = message.get("reasoning_content", "") + thought
        message.setdefault("thinking_blocks", []).append(block)
        return ""

    def _call(self, call: Json, part: Json) -> Json:
        name, given = str(call.get("name") or ""), call.get("id")
        call_id = given if isinstance(given, str) and given else self._new_id(name)
        self._open[name].append(call_id)
        arguments = json_text.write(call.get("args") or {}).decode()
        made: Json = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        signature = pick(part, "thoughtSignature")
        if isinstance(signature, str) and signature:
            made["extra_content"] = {"google": {"thought_signature": signature}}
        return made


def _inline(mime: str, data: str, name: Any) -> Json:
    kind, url = mime.partition("/")[0], f"data:{mime};base64,{data}"
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": url}}
    if kind == "audio":
        form = _AUDIO.get(mime.partition(";")[0].lower(), mime.partition("/")[2])
        return {"type": "input_audio", "input_audio": {"data": data, "format": form}}
    if kind == "video":
        return {"type": "video_url", "video_url": {"url": url}}
    return {"type": "file", "file": {"filename": name if isinstance(name, str) else _file_name(mime), "file_data": url}}


def _remote(mime: str, uri: str) -> Json:
    kind = mime.partition("/")[0]
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": uri}}
    if kind == "video":
        return {"type": "video_url", "video_url": {"url": uri}}
    return {"type": "file", "file": {"file_url": uri, **({"format": mime} if mime else {})}}


def _file_name(mime: str) -> str:
    """Some providers want one."""
    ending = mime.partition(";")[0].rpartition("/")[2]
    return f"file.{'txt' if ending == 'plain' else ending or 'bin'}"
