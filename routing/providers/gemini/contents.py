"""Messages of the internal form → Gemini's `systemInstruction` and `contents`.

Gemini wants turns of user and model by turns, none of them empty, the first the user's; and it wants its own
signatures back where it put them. https://ai.google.dev/gemini-api/docs/thought-signatures
"""

from typing import Any

from routing.providers.gemini.model import signs_calls, version
from routing.providers.gemini.parts import PartsWriter
from routing.wire import json_text
from routing.wire.chat import native_part
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.gemini import NO_SIGNATURE, SSE, dicts, signature_in, untagged_signature

BLANK: Json = {"text": " "}  # what stands for nothing: an empty text is refused
_SYSTEM = ("system", "developer")
_MEDIA = {"inlineData", "fileData"}


def conversation(call: Call, model: str) -> Json:
    """`systemInstruction`, where there is one, and `contents`. Raises `UpstreamError` for what cannot be said."""
    messages = dicts(call.chat.get("messages"))
    writer = _Contents(call, model)
    leading = 0
    while leading < len(messages) and messages[leading].get("role") in _SYSTEM:
        leading += 1
    system = [part for message in messages[:leading] for part in writer.parts.parts(message.get("content"))]
    for message in messages[leading:]:
        writer.add(message)
    if not writer.contents and system:  # a prompt is needed, so the instruction is it
        return {"contents": [{"role": "user", "parts": system}]}
    if not writer.contents or writer.contents[0]["role"] == "model":
        writer.contents.insert(0, {"role": "user", "parts": [BLANK]})
    out: Json = {"contents": writer.contents}
    if system:
        out["systemInstruction"] = {"parts": system}
    return out


class _Contents:
    """The turns so far."""

    def __init__(self, call: Call, model: str) -> None:
        self.contents: list[Json] = []
        self.parts = PartsWriter(call, model)
        self._call, self._model = call, model
        self._names: dict[str, str] = {}  # of functions, by the id of their call

    def add(self, message: Json) -> None:
        if "cache_control" in message:
            self._call.warnings.append("cache_control left out: Gemini caches by itself")
        role = message.get("role")
        if role == "assistant":
            self._turn("model", self._model_parts(message))
        elif role in ("tool", "function"):
            self._turn("user", self._result(message))
        elif role == "user" or role in _SYSTEM:  # an instruction in the midst of a talk stays where it is
            self._turn("user", self.parts.parts(message.get("content")))
        else:
            raise UpstreamError(ErrorKind.BAD_REQUEST, f"There is no role '{role}'.", 400, param="messages")

    def _turn(self, role: str, parts: list[Json]) -> None:
        if not parts:
            return
        if self.contents and self.contents[-1]["role"] == role:
            self.contents[-1]["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": parts})

    def _model_parts(self, message: Json) -> list[Json]:
        signatures = _carried_signatures(message)
        parts = _thoughts(message)
        said = self.parts.parts(_with_natives(message))
        said += self.parts.parts(message.get("refusal") or [])
        said += self.parts.parts(message.get("images") or [])
        signature = signature_in(message) or signatures.get("text")
        if signature and said:
            said[-1].setdefault("thoughtSignature", signature)
        calls = dicts(message.get("tool_calls"))
        if isinstance(message.get("function_call"), dict):
            calls.append({"function": message["function_call"]})
        return parts + said + [self._function_call(one, place, signatures) for place, one in enumerate(calls)]

    def _function_call(self, tool_call: Json, place: int, signatures: dict[str, str]) -> Json:
        function, custom = tool_call.get("function"), tool_call.get("custom")
        if isinstance(custom, dict):
            function = {"name": custom.get("name"), "arguments": json_text.write({"input": custom.get("input")})}
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            message = "Gemini knows calls of functions only, each with its name."
            raise UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param="messages")
        made: Json = {"name": function["name"], "args": self._arguments(function.get("arguments"))}
        if isinstance(tool_call.get("id"), str):
            made["id"] = tool_call["id"]
            self._names[tool_call["id"]] = function["name"]
        signature = signature_in(tool_call) or signatures.get(str(place))
        if signature is None and place == 0 and signs_calls(self._model):
            signature = NO_SIGNATURE
        return {"functionCall": made, "thoughtSignature": signature} if signature else {"functionCall": made}

    def _arguments(self, arguments: Any) -> Json:
        try:
            parsed = json_text.read(arguments) if arguments else {}
        except (json_text.InvalidJson, TypeError):
            parsed = arguments
        if isinstance(parsed, dict):
            return parsed
        self._call.warnings.append("a tool call's arguments are no JSON object; sent as {'arguments': …}")
        return {"arguments": parsed}

    def _result(self, message: Json) -> list[Json]:
        """A function's result; media go inside it where the model takes them there, else beside it."""
        call_id = message.get("tool_call_id")
        name = self._names.get(str(call_id)) or message.get("name") or call_id or "function"
        said = self.parts.parts(message.get("content"))
        seen = [part for part in said if _MEDIA & set(part)]
        text = "\n".join(part["text"] for part in said if "text" in part)
        made: Json = {"name": str(name), "response": _response(text, message.get("is_error"))}
        if isinstance(call_id, str):
            made["id"] = call_id
        if seen and version(self._model) >= 3:
            made["parts"], seen = seen, []
        return [{"functionResponse": made}, *seen]


def _response(text: str, is_error: Any) -> Json:
    """A result as the object that Gemini wants it to be."""
    if is_error:
        return {"error": text}
    try:
        parsed = json_text.read(text) if text[:1] in "{[" else text
    except json_text.InvalidJson:
        parsed = text
    return parsed if isinstance(parsed, dict) else {"result": parsed}


def _carried_signatures(message: Json) -> dict[str, str]:
    """Google's signatures that thinking blocks carry, by the place where they belong."""
    found = (untagged_signature(block.get("signature")) for block in dicts(message.get("thinking_blocks")))
    return dict(pair for pair in found if pair is not None)


def _thoughts(message: Json) -> list[Json]:
    blocks = dicts(message.get("thinking_blocks"))
    if not blocks and isinstance(message.get("reasoning_content"), str) and message["reasoning_content"]:
        return [{"text": message["reasoning_content"], "thought": True}]
    parts = []
    for block in blocks:
        text, own = block.get("thinking"), untagged_signature(block.get("signature"))
        if isinstance(text, str) and text:
            part: Json = {"text": text, "thought": True}
            parts.append({**part, "thoughtSignature": own[1]} if own and own[0] == "thought" else part)
    return parts


def _with_natives(message: Json) -> Any:
    """A message's content with Google's own blocks in their places; a list of parts has them already."""
    text, natives = message.get("content"), dicts(message.get("native_blocks"))
    own = [block for block in natives if block.get("dialect") == SSE and isinstance(block.get("block"), dict)]
    if not own or not isinstance(text, str | None):
        return text
    parts, done = [], 0
    for block in own:
        at = block.get("at")
        place = max(at, done) if type(at) is int else done
        parts += [{"type": "text", "text": (text or "")[done:place]}, native_part(SSE, block["block"])]
        done = place
    return [*parts, {"type": "text", "text": (text or "")[done:]}]
