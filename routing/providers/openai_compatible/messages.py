"""Messages of the internal form → messages that every server of OpenAI's dialect takes."""

from typing import Any

from routing.wire.chat import parts_of
from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.responses import objects

_TOLD = {  # fields of ours that are worth a word when they are lost
    "native_blocks": "blocks that only another dialect knows",
    "citations": "citations",
    "is_error": "the mark that a tool failed",
    "cache_control": "'cache_control'",
}
_SPEAKERS = ("user", "system", "developer")
_FILE_FIELDS = ("file_data", "file_id", "file_url", "filename")
_WORDS = ("text", "refusal")
_OURS = frozenset({*_TOLD, "thinking_blocks", "reasoning_content", "extra_content", "images"})


class Messages:
    """``keeps``: what the server knows of our fields."""

    def __init__(self, keeps: frozenset[str], warnings: list[str]) -> None:
        self._keeps, self._warnings = keeps, warnings
        self._gone = _OURS - keeps
        self._shown: list[Json] = []  # images of tools' answers, to be shown by the user after the last of these

    def written(self, messages: Any) -> list[Json]:
        """All of them, in order."""
        written: list[Json] = []
        for message in objects(messages):
            if message.get("role") != "tool":
                self._show(written)
            said = self._message(message)
            if said is not None:
                written.append(said)
        self._show(written)
        return written

    def _show(self, written: list[Json]) -> None:
        if self._shown:
            written.append({"role": "user", "content": self._shown})
            self._shown = []

    def _message(self, message: Json) -> Json | None:
        for name in self._gone & _TOLD.keys():
            if message.get(name):
                self._warn(_TOLD[name])
        said = {name: value for name, value in message.items() if name not in self._gone}
        if isinstance(said.get("content"), list):
            said["content"] = self._parts(said["content"], str(message.get("role")))
            if message["content"] and not said["content"] and said.get("role") in _SPEAKERS:
                return None  # of all that was said, nothing is left
        if said.get("role") == "developer" and "developer" not in self._keeps:
            said["role"] = "system"
        if said.get("role") == "assistant":
            return self._assistant(said)
        return said

    def _assistant(self, said: Json) -> Json | None:
        calls = [self._call(call) for call in objects(said.get("tool_calls"))]
        if calls:
            said["tool_calls"] = calls
        else:
            said.pop("tool_calls", None)
            if not said.get("content") and not said.get("refusal"):  # nothing was said, or nothing is left
                return None
        if said.get("content") == []:
            said["content"] = None
        return said

    def _call(self, call: Json) -> Json:
        if "cache_control" in call and "cache_control" in self._gone:
            self._warn(_TOLD["cache_control"])
        gone = {"extra_content", *self._gone} - self._keeps
        return {name: value for name, value in call.items() if name not in gone}

    def _parts(self, parts: Any, role: str) -> str | list[Json]:
        said = [part for each in parts_of(parts) if (part := self._part(each)) is not None]
        if role in ("tool", "assistant"):  # whose words are text only
            others = [part for part in said if part.get("type") not in _WORDS]
            said = [part for part in said if part.get("type") in _WORDS]
            if role == "tool":
                self._shown += others
            elif others:
                self._warn("what an assistant showed")
        texts = [str(part.get("text")) for part in said if part.keys() == {"type", "text"}]
        if len(texts) == len(said) and (len(said) == 1 or role in ("tool", "assistant")):
            return ("\n" if role == "tool" else "").join(texts)
        return said

    def _part(self, part: Json) -> Json | None:
        if part.get("type") == "native":
            if isinstance(part.get("text"), str) and part["text"]:
                return {"type": "text", "text": part["text"]}
            self._warn(f"a part that only {part.get('dialect')} knows")
            return None
        if "cache_control" in part and "cache_control" in self._gone:
            self._warn(_TOLD["cache_control"])
            part = {name: value for name, value in part.items() if name != "cache_control"}
        if part.get("type") == "video_url" and "video_url" not in self._keeps:
            raise UpstreamError(ErrorKind.UNSUPPORTED, "This provider takes no videos.", 400, param="video_url")
        return self._file(part) if part.get("type") == "file" else part

    def _file(self, part: Json) -> Json:
        file = part.get("file")
        file = file if isinstance(file, dict) else {}
        data = file.get("file_data")
        if isinstance(data, str) and data.startswith("data:image/"):
            return {"type": "image_url", "image_url": {"url": data}}
        if file.get("file_url") and not data and "file_url" not in self._keeps:
            message = "This provider takes files as data, not by their address."
            raise UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param="file_url")
        known = {name: file[name] for name in _FILE_FIELDS if file.get(name) is not None}
        if data:
            known.setdefault("filename", "file.pdf")
        marked = {"cache_control": part["cache_control"]} if "cache_control" in part else {}
        return {"type": "file", "file": known, **marked}

    def _warn(self, what: str) -> None:
        self._warnings.append(f"Left out: {what}.")
