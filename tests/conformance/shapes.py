"""Whether a translated request is valid: OpenAI's published schema, the other vendors' own SDKs."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from tests.conformance.meaning import Json
from tests.routing.providers.gemini.sdk import check_request

SPECS = Path(__file__).resolve().parents[3] / "shared" / "data" / "wire" / "specs"


def invalid(dialect: str, body: Json) -> str:
    """The first thing that is invalid; empty if all is well, or nobody has published what is."""
    return _CHECKS[dialect](body) if dialect in _CHECKS else ""


def as_openai_s(body: Json) -> Json:
    """A chat without what look-alikes take and OpenAI's schema has no word for: `top_k` and videos."""
    messages = [_without_videos(message) for message in body["messages"]]
    return {**_without(body, "top_k"), "messages": messages}


def _without_videos(message: Json) -> Json:
    if not isinstance(message.get("content"), list):
        return message
    return {**message, "content": [part for part in message["content"] if part.get("type") != "video_url"] or "a video"}


def _without(body: Json, *names: str) -> Json:
    return {name: value for name, value in body.items() if name not in names}


def _openai(published: str, sdk: Callable[[], Any]) -> Callable[[Json], str]:
    def check(body: Json) -> str:
        return breaks(published, body) or _typed(sdk, body)

    return check


def breaks(name: str, body: Json) -> str:
    """Where a body breaks OpenAI's schema of this name; empty if nowhere, or if the specification is not at hand."""
    checker = _published(name)
    wrong = next(checker.iter_errors(body), None) if checker else None
    return f"invalid at {wrong.json_path}: {wrong.message[:200]}" if wrong else ""


@cache
def _published(name: str) -> Draft202012Validator | None:
    """OpenAI's schema of this name, if the specification is at hand."""
    files = sorted(SPECS.glob("openai_openapi_*.json.gz"))
    if not files:
        return None
    with gzip.open(files[-1]) as file:
        components = _exact_to_any(json.load(file)["components"])
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def _exact_to_any(schema: Any) -> Any:
    """Its `oneOf`s overlap (a message with and without a `type`, …), so that OpenAI's own examples break them."""
    if isinstance(schema, list):
        return [_exact_to_any(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {"anyOf" if name == "oneOf" else name: _exact_to_any(value) for name, value in schema.items()}


def _typed(sdk: Callable[[], Any], body: Json) -> str:
    """The SDK's TypedDict, which alone forbids fields that nobody knows."""
    try:
        _validator(sdk).validate_python(body)
    except ValidationError as error:
        worst = max(error.errors(include_url=False), key=lambda found: len(found["loc"]))
        return f"invalid at {'.'.join(map(str, worst['loc']))}: {worst['msg']}"
    return ""


@cache
def _validator(sdk: Callable[[], Any]) -> SchemaValidator:
    return SchemaValidator(_strict(TypeAdapter(sdk()).core_schema))


def _strict(schema: Any) -> Any:
    """Iterables as lists, for pydantic looks into those alone; and no unknown fields in objects of known ones."""
    if isinstance(schema, list | tuple):
        return type(schema)(_strict(one) for one in schema)
    if not isinstance(schema, dict):
        return schema
    found = {name: _strict(value) for name, value in schema.items()}
    if found.get("type") == "generator":
        found["type"] = "list"
    elif found.get("type") == "typed-dict" and found.get("extra_behavior") == "ignore":
        found["extra_behavior"] = "forbid"
    return found


def _chat_params() -> Any:
    from openai.types.chat import completion_create_params as params

    return params.CompletionCreateParams


def _responses_params() -> Any:
    from openai.types.responses import response_create_params as params

    return params.ResponseCreateParams


def _anthropic_params() -> Any:
    from anthropic.types import message_create_params as params

    return params.MessageCreateParams


def _gemini(body: Json) -> str:
    try:
        check_request(body)
    except (ValidationError, KeyError, AssertionError) as error:
        return f"invalid: {type(error).__name__}: {str(error)[:300]}"
    return ""


def _converse(body: Json) -> str:
    report = ParamValidator().validate({"modelId": "model", **body}, _converse_shape())
    return f"invalid: {report.generate_report()}" if report.has_errors() else ""


@cache
def _converse_shape() -> Any:
    service = botocore.session.get_session().get_service_model("bedrock-runtime")
    return service.operation_model("Converse").input_shape


_CHECKS: dict[str, Callable[[Json], str]] = {
    "openai_chat": _openai("CreateChatCompletionRequest", _chat_params),
    "openai_responses": _openai("CreateResponse", _responses_params),
    # The SDK knows none of these any more; older models take them.
    "anthropic_messages": lambda body: _typed(_anthropic_params, _without(body, "temperature", "top_p", "top_k")),
    "gemini": _gemini,
    "bedrock_converse": _converse,
}
