"""Google's Schema (OpenAPI's, types in capitals) → JSON Schema. https://ai.google.dev/api/caching#Schema"""

from typing import Any

from routing.wire.contract import Json
from routing.wire.gemini import pick

_SAME = ("title", "description", "format", "enum", "default", "pattern", "minimum", "maximum", "required", "example")
_RENAMED = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
_COUNTS = frozenset(_RENAMED)


def json_schema(schema: Any) -> Json:
    """What is no schema is any value. Google writes whole numbers as texts; the order of properties is dropped."""
    if not isinstance(schema, dict):
        return {}
    out: Json = {name: schema[name] for name in _SAME if schema.get(name) is not None}
    for name in _RENAMED:
        if (value := pick(schema, name)) is not None:
            out[name] = int(value) if isinstance(value, str) and value.isdigit() else value
    _put_type(out, schema)
    properties = schema.get("properties")
    if isinstance(properties, dict):
        out["properties"] = {name: json_schema(one) for name, one in properties.items()}
    if schema.get("items") is not None:
        out["items"] = json_schema(schema["items"])
    choices = pick(schema, "anyOf")
    if isinstance(choices, list):
        out["anyOf"] = [json_schema(one) for one in choices]
    _put_references(out, schema)
    return out


def _put_type(out: Json, schema: Json) -> None:
    kind = schema.get("type")
    if isinstance(kind, str) and kind.upper() != "TYPE_UNSPECIFIED":
        kind = kind.lower()
        out["type"] = [kind, "null"] if schema.get("nullable") is True else kind
    elif isinstance(kind, list):
        out["type"] = [one.lower() for one in kind if isinstance(one, str)]
    if schema.get("nullable") is True and "enum" in out and isinstance(out["enum"], list):
        out["enum"] = [*out["enum"], None]


def _put_references(out: Json, schema: Json) -> None:
    """As JSON Schema writes them; Google's SDKs may say `defs` and `ref`."""
    if (additional := pick(schema, "additionalProperties")) is not None:
        out["additionalProperties"] = json_schema(additional) if isinstance(additional, dict) else additional
    reference = schema.get("$ref") or schema.get("ref")
    if isinstance(reference, str):
        out["$ref"] = reference
    definitions = schema.get("$defs") or schema.get("defs")
    if isinstance(definitions, dict):
        out["$defs"] = {name: json_schema(one) for name, one in definitions.items()}
