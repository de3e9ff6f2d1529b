"""What Google's own SDK says of a request and an answer: its types know every field and forbid all others."""

from itertools import pairwise
from typing import Any

from google.genai import types
from pydantic import TypeAdapter

_TOP: dict[str, TypeAdapter[Any]] = {
    "contents": TypeAdapter(list[types.Content]),
    "systemInstruction": TypeAdapter(types.Content),
    "tools": TypeAdapter(list[types.Tool]),
    "toolConfig": TypeAdapter(types.ToolConfig),
    "generationConfig": TypeAdapter(types.GenerationConfig),
    "safetySettings": TypeAdapter(list[types.SafetySetting]),
    "cachedContent": TypeAdapter(str),
    "labels": TypeAdapter(dict[str, str]),
    "serviceTier": TypeAdapter(types.ServiceTier),
}


def check_request(body: dict[str, Any]) -> None:
    """Raises ValidationError or KeyError for what is no request; AssertionError for what Google is known to refuse."""
    for name, value in body.items():
        _TOP[name].validate_python(value)
    contents = body["contents"]
    assert contents and contents[0]["role"] == "user"
    roles = [content["role"] for content in contents]
    assert all(one != other for one, other in pairwise(roles)), roles
    assert all(content["parts"] and all(content["parts"]) for content in contents)
    assert all(part.get("text") != "" for content in contents for part in content["parts"])


def check_answer(answer: dict[str, Any]) -> types.GenerateContentResponse:
    """The answer as the SDK hands it to its users."""
    return types.GenerateContentResponse.model_validate(answer)
