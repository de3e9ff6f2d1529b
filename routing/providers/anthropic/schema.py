"""JSON schemas as Anthropic takes them.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
"""

from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json

# Checked by no grammar: they are told to the model in the description instead.
_UNCHECKED = frozenset({
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties", "propertyNames", "contains",
    "minContains", "maxContains", "if", "then", "else", "not", "dependentRequired", "dependentSchemas",
    "unevaluatedProperties", "contentEncoding", "contentMediaType",
})  # fmt: skip
# What holds schemas by name, as a list, or one.
_MAPS = frozenset({"properties", "$defs", "definitions"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_COMBINED = ("anyOf", "oneOf", "allOf")
DEEPEST = 64


def input_schema(schema: Any) -> Json:
    """A tool's parameters: an object at the top, whose alternatives Anthropic does not take there."""
    if not isinstance(schema, dict) or not schema:
        return {"type": "object", "properties": {}}
    made = {name: value for name, value in schema.items() if name not in _COMBINED}
    branches = [branch for name in _COMBINED for branch in _dictionaries(schema.get(name))]
    for branch in branches:
        properties = branch.get("properties")
        if isinstance(properties, dict):
            own = made.get("properties")
            made["properties"] = {**properties, **(own if isinstance(own, dict) else {})}
    if made.get("type") != "object":
        made["type"] = "object"
    return made


def closed(schema: Any, depth: int = 0) -> Any:
    """A schema for constrained output: objects without further properties, no keyword that is not known there."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return schema
    made: Json = {}
    for name, value in schema.items():
        if name in _MAPS and isinstance(value, dict):
            made[name] = {key: closed(inner, depth + 1) for key, inner in value.items()}
        elif name in _LISTS and isinstance(value, list):
            # https://platform.claude.com/docs/en/build-with-claude/structured-outputs: oneOf is read as anyOf
            made["anyOf" if name == "oneOf" else name] = [closed(inner, depth + 1) for inner in value]
        elif name == "items":
            made[name] = closed(value, depth + 1)
        elif name not in _UNCHECKED:
            made[name] = value
    if made.get("type") == "object" or "properties" in made:
        made["additionalProperties"] = False
    return _told(made, {name: schema[name] for name in schema if name in _UNCHECKED})


def _told(schema: Json, unchecked: Json) -> Json:
    if not unchecked:
        return schema
    said = schema.get("description")
    told = json_text.write(unchecked).decode()
    return {**schema, "description": f"{said}\n\n{told}" if isinstance(said, str) and said else told}


def _dictionaries(value: Any) -> list[Json]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
