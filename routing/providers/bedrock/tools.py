"""Tools, tool choice and answer formats → Converse's toolConfig and outputConfig.

https://docs.aws.amazon.com/bedrock/latest/userguide/tool-use-inference-call.html
"""

from collections.abc import Iterable
from typing import Any

from routing.providers.bedrock.draft import Draft, bad, refused
from routing.providers.bedrock.parts import Blocks, cache_point
from routing.wire.chat import has_functions
from routing.wire.contract import Json
from routing.wire.reading import object_in, objects_in, text_in, written

NO_ARGUMENTS: Json = {"type": "object", "properties": {}}
_ANSWER_TOOL = "json_answer"
_JSON_ONLY = "Answer with one JSON object and nothing else."


def add_tools(body: Json, extra: Json, chat: Json, draft: Draft) -> None:
    """Set `toolConfig` on the body, and in ``extra`` (the model's own fields) what Converse has no word for."""
    tools = _specs(chat, draft)
    choice = _choice(chat.get("tool_choice") or chat.get("function_call"), draft)
    used = _used(body["messages"])
    if not any("toolSpec" in tool or "systemTool" in tool for tool in tools) or (choice == "none" and not used):
        tools = []
    if not tools:
        if not used:  # nothing to call, and nobody did
            return
        # Converse wants tools declared wherever a conversation holds calls.
        tools, choice = [_declared(name) for name in used], "none" if draft.model.may_be_claude else ""
    config: Json = {"tools": tools}
    _choose(config, extra, choice, chat.get("parallel_tool_calls") is False, draft)
    body["toolConfig"] = config


def _choose(config: Json, extra: Json, choice: str | Json, one_at_a_time: bool, draft: Draft) -> None:
    """Claude alone can be told not to call, or to call once, in its own words."""
    if choice == "none" or one_at_a_time:
        if draft.model.may_be_claude:
            extra["tool_choice"] = _claudes(choice, one_at_a_time)
            return
        unsaid = "tool_choice: none" if choice == "none" else "parallel_tool_calls: false"
        draft.warn(f"{unsaid} was left out: this model cannot be told.")
    if isinstance(choice, dict) and "auto" not in choice and not draft.model.can_be_forced:
        draft.warn("tool_choice was left out: this model cannot be made to call a tool.")
    elif isinstance(choice, dict):
        config["toolChoice"] = choice


def _claudes(choice: str | Json, one_at_a_time: bool) -> Json:
    """https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use#controlling-claudes-output"""
    if choice == "none":
        return {"type": "none"}
    kind, details = next(iter(choice.items())) if isinstance(choice, dict) else ("auto", {})
    return {"type": kind, **details, "disable_parallel_tool_use": one_at_a_time}


def _choice(given: Any, draft: Draft) -> str | Json:
    """Converse's `toolChoice`, "none", or "" where the caller leaves it to the model."""
    if given in (None, "none"):
        return given or ""
    if given in ("auto", "required", "any"):
        return {"auto": {}} if given == "auto" else {"any": {}}
    named = object_in(given)
    if named.get("type") == "allowed_tools":
        return _choice(object_in(named.get("allowed_tools")).get("mode"), draft)
    name = text_in((object_in(named.get("function")) or object_in(named.get("custom")) or named).get("name"))
    if not name:
        raise bad("tool_choice is none, auto, required or names a function.", "tool_choice")
    return {"tool": {"name": draft.tool_name(name)}}


def _specs(chat: Json, draft: Draft) -> Blocks:
    tools = [*objects_in(chat.get("tools")), *({"function": one} for one in objects_in(chat.get("functions")))]
    specs, spares = [], has_functions(chat)
    for number, tool in enumerate(_allowed(tools, chat.get("tool_choice"))):
        if not (spares and _is_spared(tool, draft)):
            specs += [_spec(tool, draft, f"tools[{number}]"), *_tool_cache_point(tool, draft)]
    return specs


def _is_spared(tool: Json, draft: Draft) -> bool:
    """Whether it is another provider's server tool, which is then left out."""
    if tool.get("type") != "native" or tool.get("dialect") == "bedrock":
        return False
    draft.warn(f"The tool '{object_in(tool.get('tool')).get('type')}' was left out: Bedrock has none such.")
    return True


def _allowed(tools: list[Json], choice: Any) -> list[Json]:
    """Those of a choice of `allowed_tools`, else all."""
    if object_in(choice).get("type") != "allowed_tools":
        return tools
    listed = objects_in(object_in(choice.get("allowed_tools")).get("tools"))
    names = {text_in(object_in(one.get("function")).get("name")) for one in listed}
    return [tool for tool in tools if object_in(tool.get("function")).get("name") in names]


def _tool_cache_point(tool: Json, draft: Draft) -> Blocks:
    if draft.model.is_nova and tool.get("cache_control"):
        draft.warn("cache_control on a tool was left out: Nova caches no tools.")
        return []
    return cache_point(tool, draft)


def _spec(tool: Json, draft: Draft, where: str) -> Json:
    if tool.get("type") == "native":
        if tool.get("dialect") == "bedrock":
            return object_in(tool.get("tool"))
        native = object_in(tool.get("tool"))
        raise refused(f"Bedrock has no server tool '{native.get('type') or ', '.join(native)}'.", where)
    if tool.get("type") == "custom":
        return _custom(object_in(tool.get("custom")), draft, where)
    if tool.get("type", "function") != "function":
        if "toolSpec" in tool or "systemTool" in tool:  # Converse's own words
            return tool
        raise refused(f"Bedrock has no tool of type '{tool.get('type')}'.", where)
    function = object_in(tool.get("function"))
    schema = object_in(function.get("parameters"))
    spec = _named(function, {**NO_ARGUMENTS, **schema, "type": "object"} if schema else NO_ARGUMENTS, draft, where)
    if function.get("strict"):
        if draft.model.takes_schema:
            spec["strict"] = True
        else:
            draft.warn("strict was left out of the tools: this model does not know it.")
    return {"toolSpec": spec}


def _custom(custom: Json, draft: Draft, where: str) -> Json:
    """A tool that takes free text: dressed as one with a single text argument."""
    if custom.get("format"):
        draft.warn("The format of a custom tool was left out: Bedrock knows no grammars.")
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    return {"toolSpec": _named(custom, schema, draft, where)}


def _named(tool: Json, schema: Json, draft: Draft, where: str) -> Json:
    name = text_in(tool.get("name"))
    if not name:
        raise bad("A tool needs a name.", where)
    described = {"description": text} if (text := text_in(tool.get("description"))).strip() else {}
    return {"name": draft.tool_name(name), **described, "inputSchema": {"json": schema}}


def _used(turns: Iterable[Json]) -> list[str]:
    """The names of the tools that the conversation calls."""
    blocks = [block for turn in turns for block in turn["content"]]
    uses = [block["toolUse"] for block in blocks if "toolUse" in block]
    names = dict.fromkeys(use.get("name") for use in uses if use.get("type") != "server_tool_use")
    orphans = any("toolResult" in block for block in blocks)
    return [name for name in names if name] or (["tool"] if orphans else [])


def _declared(name: str) -> Json:
    return {"toolSpec": {"name": name, "inputSchema": {"json": NO_ARGUMENTS}}}


def add_format(body: Json, chat: Json, draft: Draft, thinks: bool) -> None:
    """Ask for JSON: by `outputConfig` where the model has it, else by a tool that it must call, else in words."""
    wanted = object_in(chat.get("response_format"))
    if wanted.get("type") == "json_object":
        body["system"] = [*body.get("system", ()), {"text": _JSON_ONLY}]
    if wanted.get("type") != "json_schema":
        return
    described = object_in(wanted.get("json_schema"))
    schema = described.get("schema")
    if not isinstance(schema, dict):
        raise bad("response_format needs a schema.", "response_format.json_schema.schema")
    if draft.model.takes_schema:
        body.setdefault("outputConfig", {})["textFormat"] = _text_format(described, schema)
    elif draft.model.can_be_forced and not thinks:
        _answer_by_tool(body, schema, draft)
    else:
        in_words = f"{_JSON_ONLY} It must fit this JSON schema:\n{written(schema).decode()}"
        body["system"] = [*body.get("system", ()), {"text": in_words}]


def _text_format(described: Json, schema: Json) -> Json:
    named = {name: described[name] for name in ("name", "description") if text_in(described.get(name))}
    return {"type": "json_schema", "structure": {"jsonSchema": {"schema": written(schema).decode(), **named}}}


def _answer_by_tool(body: Json, schema: Json, draft: Draft) -> None:
    config = body.setdefault("toolConfig", {"tools": []})
    answer = {"name": _ANSWER_TOOL, "description": "The answer, in the form that was asked for."}
    config["tools"].append({"toolSpec": {**answer, "inputSchema": {"json": schema}}})
    others = len(config["tools"]) > 1
    config["toolChoice"] = {"any": {}} if others else {"tool": {"name": _ANSWER_TOOL}}
    draft.json_tool = _ANSWER_TOOL
