"""JSON Schema for Gemini: what it does not know is replaced or told, never sent."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.providers.gemini.schema import gemini_schema
from routing.wire.contract import Json

# https://ai.google.dev/api/generate-content#v1beta.GenerationConfig (responseJsonSchema)
KNOWN = {
    "$ref", "$defs", "type", "format", "title", "description", "default", "enum", "items", "prefixItems", "minItems",
    "maxItems", "minimum", "maximum", "anyOf", "properties", "additionalProperties", "required", "propertyOrdering",
}  # fmt: skip


def check(schema: Any) -> None:
    """Only known words, and none beside a reference."""
    assert isinstance(schema, dict)
    assert set(schema) <= KNOWN
    if "$ref" in schema:
        assert set(schema) <= {"$ref", "$defs"}
    kind = schema.get("type")
    assert kind is None or isinstance(kind, str) or (len(kind) == 2 and kind[1] == "null")
    assert all(isinstance(v, str | int | float) and v not in ("", True) for v in schema.get("enum", []) if v != 1)
    for name in ("properties", "$defs"):
        for one in schema.get(name, {}).values():
            check(one)
    for one in [*schema.get("anyOf", []), *schema.get("prefixItems", [])]:
        check(one)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            check(schema[name])


# B41
@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"const": "a"}, {"enum": ["a"], "type": "string"}),
        ({"const": True}, {"description": "enum: [true]", "type": "boolean"}),
        ({"const": None}, {"type": "null"}),
        ({"enum": ["a", None], "type": ["string", "null"]}, {"enum": ["a"], "type": ["string", "null"]}),
        ({"enum": ["", "a"], "type": "string"}, {"type": "string", "description": 'enum: ["","a"]'}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": "STRING", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"oneOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]}),
        ({"type": "string", "format": "uri", "description": "D"}, {"type": "string", "description": "D (format: uri)"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "number", "exclusiveMinimum": 0},
         {"type": "number", "minimum": 0, "description": "exclusiveMinimum: 0"}),
        ({"type": "string", "pattern": "^a$", "$schema": "x", "$comment": "y", "examples": [1]},
         {"type": "string", "description": "pattern: ^a$"}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array", "prefixItems": [{"type": "string"}]}),
        ({"type": "array", "items": True}, {"type": "array", "items": {}}),
        ({"properties": {"a": True}, "required": ["a", "b"]},
         {"properties": {"a": {}}, "required": ["a"], "type": "object"}),
        ({"type": "object", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
        ({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                    {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]},
         {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a", "b"]}),
        ({"type": "string", "default": None, "title": 7}, {"type": "string"}),
        (7, {"type": "object"}),
    ],
)  # fmt: skip
def test_words_that_gemini_lacks(given: Any, made: Json) -> None:
    out = gemini_schema(given)
    check(out)
    required = out.get("required", [])
    assert {**out, "required": sorted(required)} == {**made, "required": sorted(made.get("required", []))}


# B41
def test_references_are_put_in_place() -> None:
    schema = {
        "$defs": {
            "Color": {"enum": ["r", "g"]},
            "Car": {"properties": {"color": {"$ref": "#/$defs/Color", "description": "D"}}},
        },
        "type": "object", "properties": {"car": {"$ref": "#/$defs/Car"}, "lost": {"$ref": "#/$defs/Lost"}},
    }  # fmt: skip
    color = {"enum": ["r", "g"], "type": "string", "description": "D"}
    assert gemini_schema(schema) == {
        "type": "object", "properties": {"car": {"type": "object", "properties": {"color": color}}, "lost": {}},
    }  # fmt: skip


# B41
def test_what_contains_itself_stays_a_reference() -> None:
    node = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}}
    out = gemini_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}})
    check(out)
    assert out == {**node, "$defs": {"Node": node}}
    check(gemini_schema({"type": "object", "properties": {"self": {"$ref": "#"}}}))


# B41
def test_a_small_schema_does_not_become_a_huge_one() -> None:
    definitions = {
        f"D{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/D{n + 1}"} for k in "ab"}} for n in range(60)
    }
    check(gemini_schema({"$ref": "#/$defs/D0", "$defs": definitions}))


WORDS = sorted(
    KNOWN
    | {"const", "oneOf", "allOf", "not", "pattern", "exclusiveMinimum", "nullable", "if", "$schema", "definitions"}
)
VALUES = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "", "string", "#/$defs/a", "#", "#/x/0"])
)
SCHEMAS = st.recursive(
    VALUES,
    lambda i: st.lists(i, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "a"]), i, max_size=5),
    max_leaves=25,
)


# B41
@settings(max_examples=200, deadline=None)
@given(SCHEMAS)
def test_no_schema_breaks_it(schema: Any) -> None:
    assert set(gemini_schema(schema)) <= KNOWN
