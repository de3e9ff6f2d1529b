"""Converse's citations, in Anthropic's words (which they come from) and, for pages of the web, in OpenAI's.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationLocation.html
https://platform.claude.com/docs/en/build-with-claude/citations
"""

from routing.wire.anthropic import DIALECT
from routing.wire.contract import Json
from routing.wire.reading import object_in, objects_in, text_in

# Location → Anthropic's type, and its names of what is cited, where that begins and where it ends.
_LOCATIONS = {
    "documentChar": ("char_location", "document_index", "start_char_index", "end_char_index"),
    "documentPage": ("page_location", "document_index", "start_page_number", "end_page_number"),
    "documentChunk": ("content_block_location", "document_index", "start_block_index", "end_block_index"),
    "searchResultLocation": (
        "search_result_location", "search_result_index", "start_block_index", "end_block_index",
    ),
}  # fmt: skip


def cited(citations: list[Json], start: int, end: int) -> dict[str, list[Json]]:
    """The entries `citations` and `annotations` of a message for a stretch of its text."""
    place = {"start_index": start, "end_index": end}
    whole = [{"dialect": DIALECT, "citation": found, **place} for one in citations if (found := _anthropics(one))]
    pages = [found for one in citations if (found := _annotation(one, place))]
    return {name: entries for name, entries in (("citations", whole), ("annotations", pages)) if entries}


def _anthropics(citation: Json) -> Json | None:
    """None for a location that Anthropic has no word for."""
    text = "".join(text_in(part.get("text")) for part in objects_in(citation.get("sourceContent")))
    title, location = citation.get("title"), object_in(citation.get("location"))
    if url := text_in(object_in(location.get("web")).get("url")):
        page = {"type": "web_search_result_location", "url": url, "title": _title(citation)}
        return {**page, "cited_text": text, "encrypted_index": ""}
    name = next((name for name in _LOCATIONS if isinstance(location.get(name), dict)), "")
    if not name:
        return None
    kind, index, begin, end = _LOCATIONS[name]
    where = location[name]
    number = where.get("searchResultIndex" if name == "searchResultLocation" else "documentIndex") or 0
    found = {
        "type": kind,
        "cited_text": text,
        index: number,
        begin: where.get("start") or 0,
        end: where.get("end") or 0,
    }
    if name == "searchResultLocation":
        return {**found, "source": text_in(citation.get("source")), "title": title}
    return {**found, "document_title": title}


def _annotation(citation: Json, place: Json) -> Json | None:
    url = text_in(object_in(object_in(citation.get("location")).get("web")).get("url"))
    return {"type": "url_citation", "url_citation": {"url": url, "title": _title(citation), **place}} if url else None


def _title(citation: Json) -> str:
    web = object_in(object_in(citation.get("location")).get("web"))
    return text_in(citation.get("title")) or text_in(web.get("domain"))
