"""Content parts of the internal form → Converse's content blocks."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from routing.providers.bedrock.draft import Draft, bad, refused
from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.reading import object_in, text_in

Blocks = list[Json]
_DATA_URL = re.compile(r"data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,", re.IGNORECASE)
IMAGES = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
DOCUMENTS = {
    "application/pdf": "pdf", "text/csv": "csv", "text/html": "html", "text/plain": "txt", "text/markdown": "md",
    "application/msword": "doc", "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip
VIDEOS = {
    "video/mp4": "mp4", "video/quicktime": "mov", "video/x-matroska": "mkv", "video/webm": "webm", "video/x-flv": "flv",
    "video/mpeg": "mpeg", "video/mpg": "mpg", "video/x-ms-wmv": "wmv", "video/3gpp": "three_gp",
}  # fmt: skip
AUDIO = {"mpeg": "mp3", "mp3": "mp3", "wav": "wav", "x-wav": "wav"}
_SUFFIXES = {"jpg": "jpeg", "htm": "html", "3gp": "three_gp", "markdown": "md"}
# All but letters, digits, single spaces, hyphens, parentheses and square brackets.
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9\s()\[\]-]+")
LONGEST_NAME = 200  # characters


def blocks_of(content: Any, draft: Draft, where: str) -> Blocks:
    """A message's content, cache markers after what they mark. Raises `UpstreamError` for what cannot be said."""
    if content is not None and not isinstance(content, str | list):
        raise bad("Content is a text or a list of parts.", where)
    blocks = []
    for part in parts_of(content):
        block = block_of(part, draft, where)
        if block:
            blocks += [block, *cache_point(part, draft)]
    return blocks


def block_of(part: Json, draft: Draft, where: str) -> Json | None:
    """One block; None where there is nothing to say."""
    make = _BLOCKS.get(text_in(part.get("type")))
    if make is None:
        raise refused(f"Bedrock takes no content of type '{part.get('type')}'.", where)
    return make(part, draft, where)


def cache_point(holder: Json, draft: Draft) -> Blocks:
    """What follows a block, tool or message that is marked with `cache_control`."""
    marker = holder.get("cache_control")
    if not isinstance(marker, dict):
        return []
    if not draft.model.caches:
        draft.warn("cache_control was left out: this model caches no prompts.")
        return []
    ttl = {"ttl": "1h"} if marker.get("ttl") == "1h" and draft.model.may_be_claude else {}
    return [{"cachePoint": {"type": "default", **ttl}}]


def _text(part: Json, draft: Draft, where: str) -> Json | None:
    text = text_in(part.get("text") or part.get("refusal"))
    return {"text": text} if text.strip() else None


def _nothing(part: Json, draft: Draft, where: str) -> None:
    """Thoughts inside the content, as Mistral has them: they are not for other models."""


def _image(part: Json, draft: Draft, where: str) -> Json:
    image = part.get("image_url")
    url = text_in(image if isinstance(image, str) else object_in(image).get("url"))
    media_type, source = _source(url, "An image", where)
    return {"image": {"format": _format(IMAGES, media_type, url, "image", where), "source": source}}


def _video(part: Json, draft: Draft, where: str) -> Json:
    url = text_in(object_in(part.get("video_url")).get("url"))
    media_type, source = _source(url, "A video", where)
    return {"video": {"format": _format(VIDEOS, media_type, url, "video", where), "source": source}}


def _audio(part: Json, draft: Draft, where: str) -> Json:
    audio = object_in(part.get("input_audio"))
    data, kind = text_in(audio.get("data")), text_in(audio.get("format"))
    if not data or not kind:
        raise bad("An audio part needs its data and format.", where)
    return {"audio": {"format": AUDIO.get(kind, kind), "source": {"bytes": data}}}


def _file(part: Json, draft: Draft, where: str) -> Json:
    file = object_in(part.get("file"))
    name = text_in(file.get("filename") or file.get("title"))
    url = text_in(file.get("file_data") or file.get("file_url"))
    if not url and file.get("file_id"):
        raise refused("Bedrock knows no file ids; send the file's data.", where)
    media_type, source = _source(url, "A file", where)
    if media_type in IMAGES:
        return {"image": {"format": IMAGES[media_type], "source": source}}
    kind = _document_format(media_type, url, name, where)
    document: Json = {"format": kind, "name": document_name(name, draft), "source": source}
    if object_in(file.get("citations")).get("enabled"):
        document["citations"] = {"enabled": True}
    if context := text_in(file.get("context")):
        document["context"] = context
    return {"document": document}


def _native(part: Json, draft: Draft, where: str) -> Json | None:
    block = object_in(part.get("block"))
    if part.get("dialect") == "bedrock":
        return block
    if block.get("type") == "search_result":
        texts = [{"text": one["text"]} for one in parts_of(block.get("content")) if text_in(one.get("text"))]
        cited = {"citations": {"enabled": True}} if object_in(block.get("citations")).get("enabled") else {}
        named = {name: text_in(block.get(name)) for name in ("source", "title")}
        return {"searchResult": {**named, "content": texts, **cited}}
    if block.get("type") in ("image", "document"):
        raise refused(f"Bedrock cannot get at this {block['type']}; send its data.", where)
    if text := text_in(part.get("text")):  # what the block says, as its dialect gave it
        return {"text": text}
    draft.warn(f"A content block of type '{block.get('type')}' was left out: Bedrock does not know it.")
    return None


_BLOCKS: dict[str, Callable[[Json, Draft, str], Json | None]] = {
    "text": _text, "input_text": _text, "output_text": _text, "refusal": _text, "thinking": _nothing,
    "image_url": _image,
    "video_url": _video, "input_audio": _audio, "file": _file, "native": _native,
}  # fmt: skip


def _source(url: str, what: str, where: str) -> tuple[str, Json]:
    """The media type and source of a data URL or an object in S3. Bedrock fetches nothing else."""
    if url.startswith("s3://"):
        return "", {"s3Location": {"uri": url}}
    if "://" in url[:20]:
        raise refused(f"{what} must be sent as data: Bedrock fetches no addresses.", where)
    head = _DATA_URL.match(url)
    if head is None:
        if not url:
            raise bad(f"{what} needs its data.", where)
        return "", {"bytes": url}  # bare base64, as some clients send files
    data = url[head.end() :]
    if not data:
        raise bad(f"{what} is empty.", where)
    return head[1].lower(), {"bytes": data if head[3] else b64encode(unquote_to_bytes(data)).decode()}


def _format(known: dict[str, str], media_type: str, url: str, what: str, where: str) -> str:
    found = known.get(media_type) or (_suffix(url) if not media_type else "")
    if found not in known.values():
        raise refused(f"Bedrock takes no {what} of type '{media_type or _suffix(url)}'.", where)
    return found


def _document_format(media_type: str, url: str, name: str, where: str) -> str:
    if media_type in DOCUMENTS:
        return DOCUMENTS[media_type]
    for suffix in (_suffix(name), _suffix(url) if url.startswith("s3://") else ""):
        if suffix in DOCUMENTS.values():
            return suffix
    if media_type.startswith("text/") or media_type in ("application/json", "application/xml"):
        return "txt"
    raise refused(f"Bedrock takes no document of type '{media_type or _suffix(name)}'.", where)


def _suffix(name: str) -> str:
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return _SUFFIXES.get(suffix, suffix)


def document_name(wanted: str, draft: Draft) -> str:
    """A name by Bedrock's rules that no document before has."""
    stem = wanted.rpartition(".")[0] or wanted
    clean = " ".join(_NOT_IN_NAMES.sub(" ", stem).split())[: LONGEST_NAME - 8] or "document"
    name, number = clean, 1
    while name in draft.documents:
        number += 1
        name = f"{clean} {number}"
    draft.documents.add(name)
    return name
