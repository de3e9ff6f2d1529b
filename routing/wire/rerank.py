"""Ranking documents by a query: the one shape that callers know, which is Cohere's and Jina's alike.

Asked: `query`, `documents`, `top_n`, `return_documents`. Answered: `results` [{index, relevance_score, document?}].
https://docs.cohere.com/v2/reference/rerank, https://jina.ai/reranker
"""

from typing import Any

from routing.wire.contract import ErrorKind, Json, UpstreamError
from routing.wire.tokens import count, text_of

DOCUMENTS_A_SEARCH = 100  # https://docs.cohere.com/docs/how-does-cohere-pricing-work


def document_text(document: Any) -> str | None:
    """A document is a text, or an object with one; None for anything else."""
    text = document.get("text") if isinstance(document, dict) else document
    return text if isinstance(text, str) else None


def texts_in(documents: Any) -> list[str]:
    """The documents as texts. Raises `UpstreamError` (BAD_REQUEST) for what are none."""
    texts = [document_text(one) for one in documents] if isinstance(documents, list) else []
    if not texts:
        raise _bad("'documents' must be a list of documents.")
    if None in texts:
        raise _bad("A document is a text or an object with a text.")
    return [text for text in texts if text is not None]


def _bad(message: str) -> UpstreamError:
    return UpstreamError(ErrorKind.BAD_REQUEST, message, 400, param="documents")


def is_ranking(results: Any) -> bool:
    """Whether this is a list of places in the caller's documents, each with its score."""
    return isinstance(results, list) and all(map(_is_place, results))


def _is_place(result: Any) -> bool:
    return (
        isinstance(result, dict)
        and type(result.get("index")) is int
        and type(result.get("relevance_score")) in (int, float)
    )


def answer(results: Any, asked: Json, searches: int = 0, **fields: Any) -> Json:
    """An answer in the callers' shape. Raises `UpstreamError` (SERVER) if ``results`` is no ranking."""
    if not is_ranking(results):
        raise UpstreamError(ErrorKind.SERVER, "The provider's answer holds no ranking.", 200)
    given: list[Any] = asked["documents"]
    told: Json = {name: value for name, value in fields.items() if value is not None}
    told["results"] = [_result(one, given, bool(asked.get("return_documents"))) for one in results]
    if searches:
        told["meta"] = {"billed_units": {"search_units": searches}}
    return told


def _result(result: Json, documents: list[Any], shown: bool) -> Json:
    index = result["index"]
    place = {"index": index, "relevance_score": result["relevance_score"]}
    if not shown or not 0 <= index < len(documents):
        return place
    document = documents[index]
    return {**place, "document": {"text": document} if isinstance(document, str) else document}


def tokens_of(asked: Json) -> int:
    """Tokens in the query and in the documents, by our own estimate."""
    return count(text_of(asked.get("query"))) + count(text_of(asked.get("documents")))


def searches_of(documents: int) -> int:
    """How many searches a ranking of so many documents is charged as, where the provider does not say."""
    return -(-documents // DOCUMENTS_A_SEARCH)
