"""OpenAI's published schemas, and its SDK's own models."""

import gzip
import json
from functools import cache

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from routing.wire.contract import Json
from tests.upstream.cassettes import FULL

SPEC = FULL.parent / "specs" / "openai_openapi_2026-08-21.json.gz"
_EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
published = pytest.mark.skipif(not SPEC.exists(), reason="the published schemas are not beside the repository")


def check_sdk(response: Json | None = None, event: Json | None = None) -> None:
    """Raises pydantic's error for what the SDK would not understand."""
    if response is not None:
        Response.model_validate(response)
    if event is not None:
        _EVENT.validate_python(event)


def complaints(schema: str, value: Json) -> list[str]:
    """What a value lacks to be of a schema."""
    return [error.message for error in _validator(schema).iter_errors(value)]


@cache
def event_schemas() -> dict[str, str]:
    """Type of an event → its schema's name."""
    schemas = _spec()["components"]["schemas"]
    kinds = {name: schema.get("properties", {}).get("type", {}).get("enum") for name, schema in schemas.items()}
    return {
        kind[0]: name for name, kind in kinds.items() if kind and name.startswith("Response") and name.endswith("Event")
    }


@cache
def _spec() -> Json:
    spec: Json = json.loads(gzip.decompress(SPEC.read_bytes()))
    return spec


@cache
def _validator(schema: str) -> Draft202012Validator:
    resource = Resource.from_contents(_spec(), default_specification=DRAFT202012)
    registry = Registry().with_resource("spec:", resource)
    return Draft202012Validator({"$ref": f"spec:#/components/schemas/{schema}"}, registry=registry)
