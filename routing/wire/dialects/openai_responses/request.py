"""A Responses request → the internal form.

https://platform.openai.com/docs/api-reference/responses/create
"""

from typing import Any

from routing.wire.contract import Json
from routing.wire.dialects.openai_responses.items import messages_in
from routing.wire.dialects.openai_responses.tools import choice_in, tools_in
from routing.wire.failure import bad_request

# The same in both, or known to the internal form.
_SAME = (
    "model", "stream", "temperature", "top_p", "user", "service_tier", "prompt_cache_key", "prompt_cache_retention",
    "safety_identifier", "parallel_tool_calls", "top_k", "thinking", "stop", "seed", "frequency_penalty",
    "presence_penalty", "logit_bias", "web_search_options", "sandbox",
)  # fmt: skip
# Said in another way below, or kept by the gateway itself.
_READ = {
    "input", "instructions", "tools", "tool_choice", "text", "reasoning", "max_output_tokens", "top_logprobs",
    "include", "store", "metadata", "stream_options", "previous_response_id",
}  # fmt: skip
# What a translated answer cannot do without its meaning being another.
_REFUSED = {
    "conversation": "Conversations are kept by OpenAI; use 'previous_response_id'.",
    "prompt": "Prompts kept by OpenAI cannot be used with this model.",
    "background": "Answers in the background are not supported with this model.",
    "previous_response_id": "The previous response is not stored here.",
}
_DEFAULTS = {"truncation": "disabled", "background": False}  # saying these says nothing


def to_chat(body: Json) -> Json:
    """The internal form. Raises `GatewayError` (400) for what cannot be understood or said."""
    for name, why in _REFUSED.items():
        if body.get(name):
            raise bad_request(f"{why}", name)
    warnings: list[str] = []
    chat: Json = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat["messages"] = _messages(body)
    chat |= _tools(body, warnings) | _format(body) | _reasoning(body) | _limits(body) | _logprobs(body)
    warnings += [f"'{name}' was left out." for name in _unknown(body)]
    chat["warnings"] = warnings
    return chat


def _messages(body: Json) -> list[Json]:
    messages = messages_in(body.get("input"))
    instructions = body.get("instructions")
    if isinstance(instructions, list):  # as stored prompts have them
        return messages_in(instructions) + messages
    if instructions is not None and not isinstance(instructions, str):
        raise bad_request("'instructions' must be a text.", "instructions")
    return [{"role": "system", "content": instructions}, *messages] if instructions else messages


def _tools(body: Json, warnings: list[str]) -> Json:
    tools, choice = tools_in(body), choice_in(body.get("tool_choice"), warnings)
    said: Json = {"tools": tools} if tools else {}
    return {**said, "tool_choice": choice} if choice is not None else said


def _format(body: Json) -> Json:
    text = _object(body, "text")
    said: Json = {"verbosity": text["verbosity"]} if text.get("verbosity") else {}
    form = _object(text, "format", "text.format")
    if form.get("type") == "json_object":
        said["response_format"] = {"type": "json_object"}
    elif form.get("type") == "json_schema":
        known = ("name", "description", "schema", "strict")
        schema = {name: form[name] for name in known if form.get(name) is not None}
        said["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif form.get("type") not in (None, "text"):
        raise bad_request("'text.format.type' must be text, json_object or json_schema.", "text.format.type")
    return said


def _reasoning(body: Json) -> Json:
    effort = _object(body, "reasoning").get("effort")
    for item in body["input"] if isinstance(body.get("input"), list) else ():  # the last word counts
        if isinstance(item, dict) and item.get("type") == "configuration_update":
            effort = _object(item, "reasoning").get("effort") or effort
    return {"reasoning_effort": effort} if effort else {}


def _limits(body: Json) -> Json:
    limit = body.get("max_output_tokens")
    if limit is None:
        return {}
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise bad_request("'max_output_tokens' must be a number of tokens.", "max_output_tokens")
    return {"max_completion_tokens": limit}


def _logprobs(body: Json) -> Json:
    include, top = body.get("include"), body.get("top_logprobs")
    wanted = isinstance(include, list) and "message.output_text.logprobs" in include
    if not wanted and not top:
        return {}
    return {"logprobs": True, **({"top_logprobs": top} if top else {})}


def _unknown(body: Json) -> list[str]:
    known = {*_SAME, *_READ, *_REFUSED}
    given = {name: value for name, value in body.items() if name not in known and value not in (None, [], {})}
    return [name for name, value in given.items() if _DEFAULTS.get(name) != value]


def _object(body: Json, name: str, param: str = "") -> Json:
    value: Any = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request(f"'{param or name}' must be an object.", param or name)
    return value
