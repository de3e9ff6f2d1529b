"""Content parts of input items → parts of the internal form."""

import mimetypes
from collections.abc import Callable
from typing import Any

from routing.wire.chat import native_part
from routing.wire.contract import Json
from routing.wire.failure import bad_request
from routing.wire.responses import DIALECT

_FILE_FIELDS = ("file_data", "file_id", "file_url", "filename")


def content_in(content: Any, param: str) -> str | list[Json]:
    """A message's or a tool output's content. Raises `GatewayError` (400)."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise bad_request(f"'{param}' must be a text or a list of parts.", param)
    return [_part(part, f"{param}[{i}]") for i, part in enumerate(content)]


def plain(content: str | list[Json]) -> str | list[Json]:
    """One text without anything besides, as a text: the shape that every server knows."""
    if isinstance(content, list) and len(content) == 1 and content[0].keys() == {"type", "text"}:
        return str(content[0]["text"])
    return content


def _part(part: Any, param: str) -> Json:
    if not isinstance(part, dict) or not isinstance(part.get("type"), str):
        raise bad_request(f"'{param}' must be a content part with a type.", param)
    read = _PARTS.get(part["type"])
    said = read(part, param) if read else native_part(DIALECT, part)
    # OpenAI's name for the same mark: what stands before it is worth caching.
    if part.get("prompt_cache_breakpoint") and "cache_control" not in part:
        said["cache_control"] = {"type": "ephemeral"}
    elif part.get("cache_control"):
        said["cache_control"] = part["cache_control"]
    return said


def _text(part: Json, param: str) -> Json:
    return {"type": "text", "text": _string(part, "text", param)}


def _refusal(part: Json, param: str) -> Json:
    return {"type": "refusal", "refusal": _string(part, "refusal", param)}


def _image(part: Json, param: str) -> Json:
    url = part.get("image_url")
    if url is None and part.get("file_id"):
        return {"type": "file", "file": {"file_id": part["file_id"]}}
    if not isinstance(url, str):
        raise bad_request(f"'{param}' needs an image_url or a file_id.", f"{param}.image_url")
    detail = {"detail": part["detail"]} if part.get("detail") else {}
    return {"type": "image_url", "image_url": {"url": url, **detail}}


def _file(part: Json, param: str) -> Json:
    file = {name: part[name] for name in _FILE_FIELDS if part.get(name) is not None}
    if not file.keys() & {"file_data", "file_id", "file_url"}:
        raise bad_request(f"'{param}' needs file_data, file_url or file_id.", param)
    data = file.get("file_data")
    if isinstance(data, str) and not data.startswith("data:"):
        kind = mimetypes.guess_type(str(file.get("filename")))[0] or "application/pdf"
        file["file_data"] = f"data:{kind};base64,{data}"
    return {"type": "file", "file": file}


def _audio(part: Json, param: str) -> Json:
    if not isinstance(part.get("input_audio"), dict):
        raise bad_request(f"'{param}.input_audio' must hold data and format.", f"{param}.input_audio")
    return {"type": "input_audio", "input_audio": part["input_audio"]}


def _string(part: Json, name: str, param: str) -> str:
    value = part.get(name)
    if not isinstance(value, str):
        raise bad_request(f"'{param}.{name}' must be a text.", f"{param}.{name}")
    return value


_PARTS: dict[str, Callable[[Json, str], Json]] = {
    "input_text": _text, "output_text": _text, "text": _text, "summary_text": _text, "refusal": _refusal,
    "input_image": _image, "input_file": _file, "input_audio": _audio,
}  # fmt: skip
