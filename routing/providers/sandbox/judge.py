"""The sandbox's moderations and rankings: what they say follows from the words alone, and is the same always."""

import hashlib
import re

from routing.providers.sandbox.script import Script
from routing.wire import rerank
from routing.wire.contract import Json
from routing.wire.tokens import text_of

# https://platform.openai.com/docs/guides/moderation
_CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
FLAGGED = "sandbox:flag"  # a text with this in it is flagged as violence
_WORD = re.compile(r"\w+")


def judged(body: Json, script: Script) -> Json:
    """A moderation: one result a text, or one for all parts."""
    given = body.get("input")
    apart = isinstance(given, list) and not any(isinstance(part, dict) for part in given)
    texts = list(map(text_of, given if isinstance(given, list) and apart else [given]))
    digest = hashlib.sha256("\n".join(texts).encode(errors="replace")).hexdigest()
    return {"id": f"modr-sandbox-{digest[:16]}", "model": body.get("model"), "results": [_judgement(t) for t in texts]}


def _judgement(text: str) -> Json:
    flagged = FLAGGED in text
    found = {category: flagged and category == "violence" for category in _CATEGORIES}
    scores = {category: 0.99 if is_so else 0.0 for category, is_so in found.items()}
    return {"flagged": flagged, "categories": found, "category_scores": scores}


def ranked(body: Json, script: Script) -> Json:
    """A ranking by the words that a document shares with the query."""
    documents, wanted = rerank.texts_in(body.get("documents")), _words(text_of(body.get("query")))
    scores = [len(wanted & _words(text)) / max(len(wanted), 1) for text in documents]
    order = sorted(range(len(documents)), key=lambda place: -scores[place])[: body.get("top_n")]
    read = rerank.tokens_of(body) if script.input_tokens is None else script.input_tokens
    answer = {
        "model": body.get("model"),
        "results": [{"index": place, "relevance_score": scores[place]} for place in order],
    }
    return {**answer, "usage": {"prompt_tokens": read, "total_tokens": read}} if script.usage else answer


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))
