"""Parts of a message → Anthropic's content blocks."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from routing.providers.anthropic.draft import FILES_BETA, Draft, bad, unsupported
from routing.wire.anthropic import DIALECT
from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.reading import text_in

_DATA_URL = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),(.*)", re.DOTALL)


def blocks_of(content: Any, where: str, draft: Draft) -> list[Json]:
    """The blocks of a message's content. Blank texts, which Anthropic refuses, are left out."""
    if not isinstance(content, str | list | None):
        raise bad(f"'{where}' must be a text or a list of parts.", where)
    blocks = []
    for index, part in enumerate(parts_of(content)):
        block = _block(part, f"{where}[{index}]", draft)
        if block is not None:
            blocks.append(marked(block, part))
    return blocks


def marked(block: Json, source: Json) -> Json:
    """With the cache marker of what it was made from."""
    marker = source.get("cache_control")
    return {**block, "cache_control": marker} if isinstance(marker, dict) else block


def _block(part: Json, where: str, draft: Draft) -> Json | None:
    make = _MAKERS.get(str(part.get("type")))
    if make is None:
        raise unsupported(f"Anthropic takes no {part.get('type')} in '{where}'.", where)
    return make(part, where, draft)


def text_block(text: Any) -> Json | None:
    return {"type": "text", "text": text} if isinstance(text, str) and text.strip() else None


def _text(part: Json, where: str, draft: Draft) -> Json | None:
    return text_block(part.get("text") or part.get("refusal"))


def _image(part: Json, where: str, draft: Draft) -> Json:
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    return {"type": "image", "source": _source(url, f"{where}.image_url", draft)}


def _file(part: Json, where: str, draft: Draft) -> Json:
    file = part.get("file")
    file = file if isinstance(file, dict) else {}
    if file.get("file_id"):
        draft.betas.append(FILES_BETA)
        source: Json = {"type": "file", "file_id": file["file_id"]}
    else:
        source = _source(file.get("file_data") or file.get("file_url"), f"{where}.file", draft)
    if text_in(source.get("media_type")).startswith("image/"):
        return {"type": "image", "source": source}
    title = file.get("title") or file.get("filename")
    extras = {"title": title, "context": file.get("context"), "citations": file.get("citations")}
    return {"type": "document", "source": source, **{name: value for name, value in extras.items() if value}}


def _source(url: Any, where: str, draft: Draft) -> Json:
    """Data or an address. Texts go as text: Anthropic reads no other data but pictures and PDFs."""
    if not isinstance(url, str) or not url:
        raise bad(f"'{where}' must hold data or an address.", where)
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    found = _DATA_URL.fullmatch(url)
    if found is None or ";base64" not in found[2]:
        raise bad(f"'{where}' must be a data URL in base64.", where)
    media_type, data = found[1] or "text/plain", found[3]
    if media_type.startswith("image/") or media_type == "application/pdf":
        return {"type": "base64", "media_type": media_type, "data": data}
    return {"type": "text", "media_type": "text/plain", "data": _decoded(data, where)}


def _decoded(data: str, where: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        raise unsupported(f"'{where}' is no picture, PDF or text.", where) from None


def _native(part: Json, where: str, draft: Draft) -> Json | None:
    block = part.get("block")
    if part.get("dialect") == DIALECT and isinstance(block, dict):
        return block
    if text := text_block(part.get("text")):
        return text
    draft.warn(f"{where} was left out: it is {part.get('dialect')}'s alone")
    return None


_MAKERS: dict[str, Callable[[Json, str, Draft], Json | None]] = {
    "text": _text, "refusal": _text, "image_url": _image, "file": _file, "native": _native,
}  # fmt: skip
