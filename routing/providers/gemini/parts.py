"""Content parts of the internal form → Gemini's parts. https://ai.google.dev/api/caching#Part"""

import mimetypes
import re
from typing import Any
from urllib.parse import urlsplit

from routing.providers.gemini.model import version
from routing.wire.chat import parts_of
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.gemini import SSE, signature_in

_DATA_URL = re.compile(r"data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,(.*)", re.DOTALL)
_DETAIL = {"low": "MEDIA_RESOLUTION_LOW", "high": "MEDIA_RESOLUTION_HIGH"}
_AUDIO = {"mp3": "audio/mp3", "wav": "audio/wav", "pcm16": "audio/L16"}


class PartsWriter:
    """Turns parts around for one request: what cannot be said is told in its warnings, or refused."""

    def __init__(self, call: Call, model: str) -> None:
        self._call, self._model = call, model

    def parts(self, content: Any) -> list[Json]:
        """Gemini refuses parts without anything in them, so those are left out."""
        return [made for part in parts_of(content) if (made := self._part(part)) is not None]

    def _part(self, part: Json) -> Json | None:
        if "cache_control" in part:
            self._call.warnings.append("cache_control left out: Gemini caches by itself")
        kind = str(part.get("type"))
        if kind in ("text", "refusal", "input_text"):
            return _text(part)
        if kind == "native":
            return self._native(part)
        writer = {
            "image_url": self._image, "input_audio": self._audio, "file": self._file, "video_url": self._video,
            "document_url": _document,
        }  # fmt: skip
        if kind not in writer:
            raise _refused(f"Gemini cannot be given a content part of type '{kind}'.")
        made = writer[kind](part)
        signature = signature_in(part)
        return {**made, "thoughtSignature": signature} if signature else made

    def _native(self, part: Json) -> Json | None:
        block = part.get("block")
        if part.get("dialect") == SSE and isinstance(block, dict):
            return block
        if isinstance(part.get("text"), str) and part["text"]:  # what it says to those who do not know it
            return {"text": part["text"]}
        self._call.warnings.append(f"a content block that only {part.get('dialect')} knows was left out")
        return None

    def _image(self, part: Json) -> Json:
        image = part.get("image_url")
        url, detail = (image.get("url"), image.get("detail")) if isinstance(image, dict) else (image, None)
        made = media(url, "image/jpeg")
        if detail in _DETAIL and version(self._model) >= 3:
            made["mediaResolution"] = {"level": _DETAIL[detail]}
        elif detail in _DETAIL:
            self._call.warnings.append("image_url.detail left out: this model has no such setting for one image")
        return made

    def _audio(self, part: Json) -> Json:
        audio = part.get("input_audio")
        if not isinstance(audio, dict) or not isinstance(audio.get("data"), str):
            raise _refused("'input_audio' must hold data and format.")
        form = str(audio.get("format") or "wav")
        if audio["data"].startswith("data:"):
            return media(audio["data"], "audio/wav")
        return _inline(_AUDIO.get(form, f"audio/{form}"), audio["data"])

    def _video(self, part: Json) -> Json:
        video = part.get("video_url")
        return media(video.get("url") if isinstance(video, dict) else video, "video/mp4")

    def _file(self, part: Json) -> Json:
        file = part.get("file")
        if not isinstance(file, dict):
            raise _refused("'file' must be an object.")
        if file.get("citations"):
            self._call.warnings.append("file.citations left out: Gemini cites no documents of the caller's")
        mime = file.get("format") or _guess(str(file.get("filename") or "")) or "application/pdf"
        data = file.get("file_data")
        if isinstance(data, str):
            return media(data, mime) if data.startswith("data:") or "://" in data else _inline(mime, data)
        uri = file.get("file_url") or file.get("file_id")
        if not isinstance(uri, str) or not ("://" in uri or uri.startswith("files/")):
            raise _refused("A file of another provider cannot be given to Gemini: send its data or its URL.")
        return media(uri, mime)


def _document(part: Json) -> Json:
    """As Mistral's callers write it."""
    return media(part.get("document_url"), "application/pdf")


def media(url: Any, default: str) -> Json:
    """A data URL as its data, any other as an address that Google reads itself."""
    if not isinstance(url, str) or not url:
        raise _refused("A media part must hold a URL.")
    found = _DATA_URL.match(url)
    if found is None:
        return {"fileData": {"mimeType": _guess(urlsplit(url).path) or default, "fileUri": url}}
    mime, parameters, is_base64, data = found.groups()
    if not is_base64:
        raise _refused("A data URL must hold base64.")
    return _inline(mime + parameters if mime else default, data)


def _inline(mime: str, data: str) -> Json:
    return {"inlineData": {"mimeType": mime, "data": data}}


def _guess(path: str) -> str | None:
    return mimetypes.guess_type(path)[0]


def _text(part: Json) -> Json | None:
    text = part.get("text") or part.get("refusal")
    if not isinstance(text, str) or not text:
        return None
    signature = signature_in(part)
    return {"text": text, "thoughtSignature": signature} if signature else {"text": text}


def _refused(message: str) -> UpstreamError:
    return UpstreamError(ErrorKind.UNSUPPORTED, message, 400, param="messages")
