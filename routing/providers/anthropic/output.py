"""The form of the answer: JSON by a schema, or any JSON.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs
"""

from typing import Any

from routing.providers.anthropic.draft import Draft, bad
from routing.providers.anthropic.models import Traits
from routing.providers.anthropic.schema import closed, input_schema
from routing.wire import json_text
from routing.wire.contract import Json

JSON_TOOL = "json_answer"
_ANY_JSON = "Answer with one valid JSON object and nothing else: no other words, no code fence."
_BY_SCHEMA = _ANY_JSON + " It must match this JSON schema:\n"


def format_fields(chat: Json, model: Traits, body: Json, draft: Draft) -> Json:
    """What a response format adds to a request: its own field where the model has one; else, as Anthropic advises
    for older models, a tool whose input is the answer; else a sentence in the system prompt.
    """
    wanted = chat.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind in (None, "text"):
        return {}
    if kind == "json_object":
        return {"system": [*body.get("system", []), {"type": "text", "text": _ANY_JSON}]}
    schema = _schema(wanted) if kind == "json_schema" else None
    if not isinstance(schema, dict):
        raise bad("'response_format' must be text, json_object, or json_schema with a schema.", "response_format")
    if model.structured:
        return {"output_config": {"format": {"type": "json_schema", "schema": closed(schema)}}}
    if body.get("tools") or chat.get("thinking") or chat.get("reasoning_effort"):
        told = _BY_SCHEMA + json_text.write(schema).decode()
        return {"system": [*body.get("system", []), {"type": "text", "text": told}]}
    draft.json_tool = True
    tool = {"name": JSON_TOOL, "description": "Give the answer.", "input_schema": input_schema(schema)}
    return {"tools": [tool], "tool_choice": {"type": "tool", "name": JSON_TOOL, "disable_parallel_tool_use": True}}


def _schema(wanted: Any) -> Any:
    named = wanted.get("json_schema")
    return named.get("schema") if isinstance(named, dict) else None
