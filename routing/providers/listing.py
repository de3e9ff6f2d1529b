"""Which models a provider has, in its own words: pure readers of each kind's answer, and where it is asked.

A model is {"id": what a deployment calls it, "name"?: for people, "context"?: tokens}.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from routing.wire.contract import Headers, Json

_CONTEXT = (
    "context_length", "context_window", "max_context_length", "max_model_len", "inputTokenLimit", "max_input_tokens",
    "contextLength", "max_context_window",
)  # fmt: skip
_NAME = ("display_name", "displayName", "name", "modelName", "inferenceProfileName")


@dataclass(frozen=True, slots=True)
class ModelList:
    """One GET. ``read`` never raises: what is no list of models holds none."""

    path: str
    read: Callable[[Any], list[Json]]
    next_page: Callable[[Any], str] = lambda answer: ""  # what to add to the path for more; "" where there is none
    at: Callable[[str], str] = lambda base_url: base_url  # where that path is, from the account's address
    headers: Headers = field(default_factory=list)


def openai(answer: Any) -> list[Json]:
    """`/models`; some send the bare list. https://platform.openai.com/docs/api-reference/models/list"""
    rows = answer.get("data", answer.get("models")) if isinstance(answer, dict) else answer
    return _models(rows, "id")


def gemini(answer: Any) -> list[Json]:
    """https://ai.google.dev/api/models#method:-models.list, and Vertex AI's Model Garden, whose names are longer."""
    rows = _rows(answer, "models") or _rows(answer, "publisherModels")
    return [{**model, "id": model["id"].rpartition("models/")[2]} for model in _models(rows, "name")]


def bedrock_models(answer: Any) -> list[Json]:
    """Those that are called by their own id; the others have profiles.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
    """
    rows = _rows(answer, "modelSummaries")
    return _models((row for row in rows if "ON_DEMAND" in (row.get("inferenceTypesSupported") or ())), "modelId")


def bedrock_profiles(answer: Any) -> list[Json]:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html"""
    return _models(_rows(answer, "inferenceProfileSummaries"), "inferenceProfileId")


def named(answer: Any) -> list[Json]:
    """A list `models` of `name`: Cohere (https://docs.cohere.com/reference/list-models), Ollama (`/api/tags`)."""
    return _models(_rows(answer, "models"), "name")


def _rows(answer: Any, name: str) -> list[Json]:
    rows = answer.get(name) if isinstance(answer, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _models(rows: Any, id_field: str) -> list[Json]:
    found = rows if isinstance(rows, Iterable) and not isinstance(rows, str | dict) else ()
    return [_model(row, id_field) for row in found if isinstance(row, dict) and _text(row.get(id_field))]


def _model(row: Json, id_field: str) -> Json:
    model: Json = {"id": row[id_field]}
    name = next((row[field] for field in _NAME if field != id_field and _text(row.get(field))), None)
    context = next((row[field] for field in _CONTEXT if type(row.get(field)) is int and row[field] > 0), None)
    if name and name != model["id"]:
        model["name"] = name
    return model if context is None else {**model, "context": context}


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _after(answer: Any) -> str:
    """Anthropic's way to the next page."""
    more = isinstance(answer, dict) and answer.get("has_more") and _text(answer.get("last_id"))
    return f"&after_id={answer['last_id']}" if more and re.fullmatch(r"[\w.:@/-]+", answer["last_id"]) else ""


def _token(name: str, parameter: str) -> Callable[[Any], str]:
    def next_page(answer: Any) -> str:
        token = answer.get(name) if isinstance(answer, dict) else None
        usable = isinstance(token, str) and re.fullmatch(r"[\w.=+/~-]+", token)
        return f"&{parameter}={token}" if usable else ""

    return next_page


def _control_plane(base_url: str) -> str:
    """Bedrock's lists live beside its runtime."""
    return base_url.replace("//bedrock-runtime.", "//bedrock.", 1)


def _azure(base_url: str) -> str:
    """The dated surface has OpenAI's own beside it. It lists models, whose deployments may be named otherwise."""
    return re.sub(r"/openai$", "/openai/v1", base_url)


def _without_project(base_url: str) -> str:
    """Vertex AI's publisher models belong to no project, and are listed by the beta API alone."""
    return re.sub(r"/v1(beta1)?$", "/v1beta1", base_url)


OPENAI = (ModelList("/models", openai),)
LISTS: dict[str, tuple[ModelList, ...]] = {
    "sandbox": (),
    "anthropic": (ModelList("/models?limit=1000", openai, _after, headers=[("anthropic-version", "2023-06-01")]),),
    "azure_openai": (ModelList("/models", openai, at=_azure),),
    "gemini": (ModelList("/models?pageSize=1000", gemini, _token("nextPageToken", "pageToken")),),
    "vertex": (
        ModelList(
            "/publishers/google/models?pageSize=300", gemini, _token("nextPageToken", "pageToken"), _without_project
        ),
    ),
    "bedrock": (
        ModelList("/foundation-models", bedrock_models, at=_control_plane),
        ModelList(
            "/inference-profiles?maxResults=1000", bedrock_profiles, _token("nextToken", "nextToken"), _control_plane
        ),
    ),
    "cohere": (
        ModelList(
            "/models?page_size=1000", named, _token("next_page_token", "page_token"),
            lambda base_url: re.sub(r"/v2$", "/v1", base_url),
        ),
    ),
    "ollama": (ModelList("/tags", named),),
}  # fmt: skip


def lists_of(kind: str) -> tuple[ModelList, ...]:
    """How a kind is asked; empty where there is nothing to ask."""
    return LISTS.get(kind, OPENAI)
