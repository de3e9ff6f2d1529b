"""JSON Schema as callers write it → the part of it that Gemini knows.

Gemini refuses a request for a keyword that it does not know, and for words beside a `$ref`. So references are put in
place, what has a near word gets that, and what has none is told to the model in the description.
https://ai.google.dev/api/caching#FunctionDeclaration (parametersJsonSchema)
"""

from typing import Any

from routing.wire import json_text
from routing.wire.contract import Json

_KEPT = (
    "type", "format", "title", "description", "default", "enum", "items", "prefixItems", "minItems", "maxItems",
    "minimum", "maximum", "properties", "additionalProperties", "required", "propertyOrdering",
)  # fmt: skip
# Words for limits that can at least be told.
_TOLD = ("pattern", "minLength", "maxLength", "multipleOf", "uniqueItems", "minProperties", "maxProperties", "not")
_SILENT = ("contains", "propertyNames", "patternProperties", "if", "then", "else", "dependentRequired", "example")
_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
_FORMATS = {"date-time", "date", "time", "enum", "int32", "int64", "float", "double"}
DEEPEST = 64  # schemas inside schemas
MOST_SCHEMAS = 10_000  # with references put in place, a small schema could become a huge one
_SHAPES = {"title": str, "description": str, "format": str, "required": list, "properties": dict, "prefixItems": list}


def gemini_schema(schema: Any) -> Json:
    """The schema as Gemini takes it; what is no schema at all is any object."""
    if not isinstance(schema, dict):
        return {"type": "object"}
    return _Conversion(schema).whole()


class _Conversion:
    """One schema on its way; ``_recursive``: definitions that contain themselves and stay references."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._left = MOST_SCHEMAS
        self._recursive: dict[str, Json | None] = {}

    def whole(self) -> Json:
        out = self._convert(self._root, ())
        definitions: Json = {}
        while waiting := [ref for ref in self._recursive if ref not in definitions]:
            for ref in waiting:
                definitions[ref] = self._convert(self._found(ref), (ref,))
        if definitions:
            out["$defs"] = {_name(ref): definition for ref, definition in definitions.items()}
        return out

    def _convert(self, schema: Any, inside: tuple[str, ...]) -> Json:
        self._left -= 1
        if not isinstance(schema, dict) or len(inside) > DEEPEST or self._left < 0:
            return {}
        ref = schema.get("$ref")
        if isinstance(ref, str):
            return self._referred(ref, schema, inside)
        schema = self._merged(schema, inside)
        out: Json = {name: schema[name] for name in _KEPT if _is_usable(name, schema.get(name))}
        _put_type(out, schema)
        _put_enum(out, schema)
        _put_limits(out, schema)
        self._put_parts(out, schema, (*inside, ""))
        if out.get("format") not in _FORMATS:
            _tell(out, "format", out.pop("format", None))
        for name in (*_TOLD, *_SILENT):
            _tell(out, name, schema.get(name))
        return out

    def _referred(self, ref: str, schema: Json, inside: tuple[str, ...]) -> Json:
        if ref in inside:
            self._recursive[ref] = None
            return {"$ref": f"#/$defs/{_name(ref)}"}
        beside = {name: value for name, value in schema.items() if name not in ("$ref", "$defs", "definitions")}
        found = self._found(ref)
        return self._convert({**found, **beside} if isinstance(found, dict) else beside, (*inside, ref))

    def _found(self, ref: str) -> Any:
        """What a reference inside the same schema points to; None if it points nowhere."""
        found: Any = self._root
        for step in ref.removeprefix("#").split("/")[1:] if ref.startswith("#") else [""]:
            step = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list):
                found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
            else:
                found = found.get(step) if isinstance(found, dict) else None
        return found

    def _merged(self, schema: Json, inside: tuple[str, ...]) -> Json:
        """`allOf` put into the schema itself."""
        parts = schema.get("allOf")
        if not isinstance(parts, list):
            return schema
        merged = {name: value for name, value in schema.items() if name != "allOf"}
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                part = self._found(part["$ref"]) if part["$ref"] not in inside else {}
            if isinstance(part, dict) and len(inside) < DEEPEST:
                part = self._merged(part, (*inside, ""))
                merged = _joined(part, merged)
        return merged

    def _put_parts(self, out: Json, schema: Json, inside: tuple[str, ...]) -> None:
        properties = out.get("properties")
        if isinstance(properties, dict):
            out["properties"] = {str(name): self._convert(one, inside) for name, one in properties.items()}
            if isinstance(out.get("required"), list):
                out["required"] = [name for name in out["required"] if isinstance(name, str) and name in properties]
        if not out.get("required"):
            out.pop("required", None)
        if isinstance(out.get("additionalProperties"), dict):
            out["additionalProperties"] = self._convert(out["additionalProperties"], inside)
        items = out.get("items")
        if isinstance(items, list):  # how tuples were written once
            out["prefixItems"] = out.pop("items")
        elif items is not None:
            out["items"] = self._convert(items, inside)
        if isinstance(out.get("prefixItems"), list):
            out["prefixItems"] = [self._convert(one, inside) for one in out["prefixItems"]]
        choices = [one for name in ("anyOf", "oneOf") if isinstance(schema.get(name), list) for one in schema[name]]
        if choices:
            out["anyOf"] = [self._convert(choice, inside) for choice in choices]


def _is_usable(name: str, value: Any) -> bool:
    return isinstance(value, _SHAPES.get(name, object)) and value is not None


def _joined(part: Json, whole: Json) -> Json:
    joined = {**part, **whole}
    for name in ("properties", "$defs"):
        if isinstance(part.get(name), dict) and isinstance(whole.get(name), dict):
            joined[name] = {**part[name], **whole[name]}
    if isinstance(part.get("required"), list) and isinstance(whole.get("required"), list):
        joined["required"] = list(dict.fromkeys([*part["required"], *whole["required"]]))
    return joined


def _put_type(out: Json, schema: Json) -> None:
    """Several types are a choice; with null they stay a list, which Gemini reads as nullable."""
    kind = schema.get("type")
    kinds = [one.lower() for one in (kind if isinstance(kind, list) else [kind]) if isinstance(one, str)]
    kinds = [one for one in kinds if one in _TYPES]
    if schema.get("nullable") is True and kinds and "null" not in kinds:
        kinds.append("null")
    others = [one for one in kinds if one != "null"]
    out.pop("type", None)
    if len(others) > 1:
        out["anyOf"] = [{"type": one} for one in kinds]
    elif kinds:
        out["type"] = kinds[0] if len(kinds) == 1 else kinds
    elif "properties" in out:
        out["type"] = "object"


def _put_enum(out: Json, schema: Json) -> None:
    """Only texts and numbers can be listed; a constant is a list of one."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        out.pop("enum", None)
        return
    listed = [v for v in values if isinstance(v, str | int | float) and not isinstance(v, bool) and v != ""]
    out.pop("enum", None)
    if len(listed) == len([v for v in values if v is not None]) and listed:
        out["enum"] = listed
    elif values != [None]:
        _tell(out, "enum", values)
    if "type" not in out and "anyOf" not in out and values:
        kinds = list(dict.fromkeys(_type_of(value) for value in values))
        _put_type(out, {"type": kinds})


def _put_limits(out: Json, schema: Json) -> None:
    for exclusive, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        limit = schema.get(exclusive)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            out.setdefault(plain, limit)
            _tell(out, exclusive, limit)


def _tell(out: Json, name: str, value: Any) -> None:
    if value is None:
        return
    told = f"{name}: {value if isinstance(value, str) else json_text.write(value).decode()}"
    before = out.get("description")
    out["description"] = f"{before} ({told})" if isinstance(before, str) and before else told


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _name(ref: str) -> str:
    """The definition's own name; the root, which may refer to itself, has none."""
    return ref.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~") if "/" in ref else "root"
