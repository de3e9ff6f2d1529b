"""The endpoints that carry a model call: which path speaks which dialect, and what a body must hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from routing.wire.contract import Call, Json
from routing.wire.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from routing.wire.dialects.dialect import Dialect
from routing.wire.dialects.gemini import GEMINI, GEMINI_ARRAY
from routing.wire.dialects.openai_chat import OPENAI_CHAT
from routing.wire.dialects.openai_completions import OPENAI_COMPLETIONS
from routing.wire.dialects.openai_responses import OPENAI_RESPONSES
from routing.wire.failure import bad_request
from routing.wire.rerank import document_text

MAX_NAME = 256  # characters of a model's name
MODERATOR = "omni-moderation-latest"
Read = Callable[[Json, Dialect, str], Call]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One POST path. ``name`` is what a key's endpoint list and the ledger call it.

    ``read`` takes the body and what the path says after the endpoint's own part: "" or a model's name.
    """

    name: str
    dialect: Dialect
    read: Read
    recalls: bool = False  # what it continues is looked up, and its answers are kept


def model_in(body: Json) -> str:
    """The model that a body names. Raises `GatewayError` (400)."""
    model = body.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= MAX_NAME:
        raise bad_request("'model' must name a model.", "model")
    return model


def stream_in(body: Json) -> bool:
    """Whether a body asks for a stream. Raises `GatewayError` (400)."""
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise bad_request("'stream' must be true or false.", "stream")
    return bool(stream)


def _chat(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("messages"), list):
        raise bad_request("'messages' must be a list of messages.", "messages")
    options = body.get("stream_options")
    wants_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    return Call("chat", dialect.name, body, model_in(body), stream_in(body), wants_usage)


def _count_tokens(body: Json, dialect: Dialect, rest: str) -> Call:
    return replace(_chat(body, dialect, rest), operation="count_tokens", stream=False)


def _responses(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("input"), str | list) and not body.get("prompt"):
        raise bad_request("'input' must be a text or a list of items.", "input")
    return Call("chat", dialect.name, body, model_in(body), stream_in(body), wants_usage=True)


def _count_input(body: Json, dialect: Dialect, rest: str) -> Call:
    return replace(_responses(body, dialect, rest), operation="count_tokens", stream=False)


def _compact(body: Json, dialect: Dialect, rest: str) -> Call:
    if not body.get("input") and not body.get("previous_response_id"):
        raise bad_request("'input' or 'previous_response_id' must say what is to be compacted.", "input")
    return Call("compact", dialect.name, body, model_in(body))


def _completions(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("prompt"), str | list):
        raise bad_request("'prompt' must be a text or a list.", "prompt")
    return replace(_chat({**body, "messages": []}, dialect, rest), body=body)


def _embeddings(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("input"), str | list):
        raise bad_request("'input' must be a text or a list.", "input")
    return Call("embeddings", dialect.name, body, model_in(body))


def _moderations(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("input"), str | list):
        raise bad_request("'input' must be a text or a list.", "input")
    body = {"model": MODERATOR, **body}  # the API's own default
    return Call("moderations", dialect.name, body, model_in(body))


def _rerank(body: Json, dialect: Dialect, rest: str) -> Call:
    documents, top = body.get("documents"), body.get("top_n")
    if not isinstance(body.get("query"), str) or not body["query"]:
        raise bad_request("'query' must be a text.", "query")
    if not isinstance(documents, list) or not documents or None in map(document_text, documents):
        raise bad_request("'documents' must be a list of texts, or of objects with a text.", "documents")
    if top is not None and (type(top) is not int or top < 1):
        raise bad_request("'top_n' must be a number above zero.", "top_n")
    if not isinstance(body.get("return_documents"), bool | None):
        raise bad_request("'return_documents' must be true or false.", "return_documents")
    return Call("rerank", dialect.name, body, model_in(body))


def _generate(body: Json, dialect: Dialect, rest: str) -> Call:
    if not isinstance(body.get("contents"), list | dict):
        raise bad_request("'contents' must be a list of contents.", "contents")
    return Call("chat", dialect.name, body, _model_in_path(rest), wants_usage=True)


def _generate_stream(body: Json, dialect: Dialect, rest: str) -> Call:
    return replace(_generate(body, dialect, rest), stream=True)


def _count_contents(body: Json, dialect: Dialect, rest: str) -> Call:
    whole = body.get("generateContentRequest", body.get("generate_content_request"))
    call = _generate(whole if isinstance(whole, dict) else body, dialect, rest)
    return replace(call, operation="count_tokens", body=body)


def _model_in_path(name: str) -> str:
    if len(name) > MAX_NAME:
        raise bad_request("The path must name a model.", "model")
    return name


_GOOGLE_PATH = re.compile(
    r"/v1(?:beta1?)?/(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/([^/]+)/)?models/(.+)"
    r":(generateContent|streamGenerateContent|countTokens)"
)
_SSE_ASKED = re.compile(rb"(?:^|&)(?:\$|%24)?alt=sse(?:&|$)")
GOOGLE_METHODS = {
    "generateContent": Endpoint("generate_content", GEMINI, _generate),
    "streamGenerateContent": Endpoint("generate_content", GEMINI, _generate_stream),
    "streamGenerateContent, an array": Endpoint("generate_content", GEMINI_ARRAY, _generate_stream),
    "countTokens": Endpoint("generate_content", GEMINI, _count_contents),
}
ENDPOINTS = {
    "/v1/chat/completions": Endpoint("chat", OPENAI_CHAT, _chat),
    "/v1/messages": Endpoint("messages", ANTHROPIC_MESSAGES, _chat),
    "/v1/messages/count_tokens": Endpoint("messages", ANTHROPIC_MESSAGES, _count_tokens),
    "/v1/responses": Endpoint("responses", OPENAI_RESPONSES, _responses, recalls=True),
    "/v1/responses/input_tokens": Endpoint("responses", OPENAI_RESPONSES, _count_input, recalls=True),
    "/v1/responses/compact": Endpoint("responses", OPENAI_RESPONSES, _compact, recalls=True),
    "/v1/completions": Endpoint("completions", OPENAI_COMPLETIONS, _completions),
    "/v1/embeddings": Endpoint("embeddings", OPENAI_CHAT, _embeddings),
    "/v1/moderations": Endpoint("moderations", OPENAI_CHAT, _moderations),
    "/v1/rerank": Endpoint("rerank", OPENAI_CHAT, _rerank),
}


def endpoint_at(path: str, query: bytes = b"") -> tuple[Endpoint, str] | None:
    """The endpoint of a path, and what the path says beyond it."""
    endpoint = ENDPOINTS.get(path)
    return (endpoint, "") if endpoint is not None else _google_endpoint(path, query)


def _google_endpoint(path: str, query: bytes) -> tuple[Endpoint, str] | None:
    """Google's paths name the model and the method, AI Studio's and Vertex AI's alike."""
    found = _GOOGLE_PATH.fullmatch(path)
    if found is None:
        return None
    publisher, model, method = found.groups()
    if method == "streamGenerateContent" and not _SSE_ASKED.search(query):
        method = "streamGenerateContent, an array"
    return GOOGLE_METHODS[method], model if publisher in (None, "google") else f"{publisher}/{model}"
