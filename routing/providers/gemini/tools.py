"""Tools and the choice among them: OpenAI's words → Gemini's."""

from typing import Any

from routing.providers.gemini.schema import gemini_schema
from routing.wire.chat import has_functions
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.gemini import dicts

# Server tools of other dialects that Google has too. https://ai.google.dev/gemini-api/docs/tools
_SEARCH: Json = {"googleSearch": {}}
_CODE: Json = {"codeExecution": {}}
_READ: Json = {"urlContext": {}}
_ALIKE = {
    "web_search": _SEARCH, "web_search_preview": _SEARCH, "google_search": _SEARCH,
    "code_interpreter": _CODE, "code_execution": _CODE, "web_fetch": _READ, "url_context": _READ,
}  # fmt: skip
_MODES = {"none": "NONE", "auto": "AUTO", "required": "ANY", "any": "ANY"}


def tools_of(call: Call) -> list[Json]:
    """All functions in one tool, as Gemini wants them, then the server tools."""
    chat = call.chat
    given = dicts(chat.get("tools")) + [{"type": "function", "function": one} for one in dicts(chat.get("functions"))]
    functions, others = [], []
    for tool in given:
        if isinstance(tool.get("function"), dict):
            functions.append(_declaration(tool["function"], call))
        elif tool.get("type") == "custom":
            functions.append(_text_tool(_custom(tool), call))
        else:
            others += _server_tool(tool, call)
    tools: list[Json] = [{"functionDeclarations": functions}, *others] if functions else others
    if chat.get("web_search_options") is not None and _SEARCH not in tools:
        tools.append(_SEARCH)
    return tools


def custom_names(call: Call) -> frozenset[str]:
    """The caller's tools that take a text, not an object."""
    customs = [_custom(tool) for tool in dicts(call.chat.get("tools")) if tool.get("type") == "custom"]
    return frozenset(str(custom.get("name")) for custom in customs)


def _custom(tool: Json) -> Json:
    custom = tool.get("custom", tool)
    return custom if isinstance(custom, dict) else {}


def _text_tool(custom: Json, call: Call) -> Json:
    """A tool that takes a text, as a function with that one parameter."""
    form = custom.get("format")
    if isinstance(form, dict) and form.get("type") == "grammar":
        call.warnings.append("tools[].custom.format left out: Gemini knows no grammars")
    text = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    return _declaration({**custom, "parameters": text}, call)


def _declaration(function: Json, call: Call) -> Json:
    name = function.get("name")
    if not isinstance(name, str) or not name:
        raise UpstreamError(ErrorKind.BAD_REQUEST, "A tool's function must have a name.", 400, param="tools")
    out: Json = {"name": name}
    if isinstance(function.get("description"), str):
        out["description"] = function["description"]
    if function.get("strict"):
        call.warnings.append("tools[].function.strict left out: Gemini has no such promise")
    parameters = function.get("parameters")
    if isinstance(parameters, dict) and parameters:
        out["parametersJsonSchema"] = {**gemini_schema(parameters), "type": "object"}
    return out


def _server_tool(tool: Json, call: Call) -> list[Json]:
    """A tool that the provider runs: Google's own as it is, one that Google has too by its name there."""
    native = tool.get("tool") if tool.get("type") == "native" else tool
    native = native if isinstance(native, dict) else {}
    if tool.get("type") == "native" and tool.get("dialect") in ("gemini", None):
        return [native]
    kind = str(native.get("type") or "")
    if not tool.get("type") and native:  # written as Google does, by way of `extra_body`
        return [native]
    for name, own in _ALIKE.items():
        if kind == name or kind.startswith(f"{name}_2"):  # Anthropic's carry a date
            beyond = sorted(set(native) - {"type", "name", "cache_control"})
            if beyond:
                call.warnings.append(f"tools[{kind}].{', '.join(beyond)} left out: Gemini's tool takes none")
            return [own]
    if tool.get("type") == "native" and has_functions(call.chat):
        call.warnings.append(f"tools[{kind}] left out: Gemini has no such tool")
        return []
    raise UpstreamError(ErrorKind.UNSUPPORTED, f"Gemini has no tool of type '{kind}'.", 400, param="tools")


def tool_config_of(call: Call) -> Json | None:
    """`functionCallingConfig`; None where the model is free to choose, which needs no saying."""
    if call.chat.get("parallel_tool_calls") is False:
        call.warnings.append("parallel_tool_calls left out: Gemini has no such switch")
    choice = call.chat.get("tool_choice", call.chat.get("function_call"))
    if isinstance(choice, str) and choice in _MODES:
        return None if choice == "auto" else {"functionCallingConfig": {"mode": _MODES[choice]}}
    if isinstance(choice, dict):
        return {"functionCallingConfig": _named(choice)}
    if choice is not None:
        raise _bad_choice()
    return None


def _named(choice: Json) -> Json:
    """One function that must be called, or several that may be."""
    allowed = choice.get("allowed_tools")
    if isinstance(allowed, dict):
        names = [_function_name(tool) for tool in dicts(allowed.get("tools"))]
        # AUTO takes no list of names; VALIDATED is AUTO with one.
        return {"mode": "ANY" if allowed.get("mode") == "required" else "VALIDATED", "allowedFunctionNames": names}
    return {"mode": "ANY", "allowedFunctionNames": [_function_name(choice)]}


def _function_name(tool: Json) -> str:
    function = tool.get("function", tool.get("custom", tool))
    name: Any = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        raise _bad_choice()
    return name


def _bad_choice() -> UpstreamError:
    return UpstreamError(ErrorKind.BAD_REQUEST, "'tool_choice' names no function.", 400, param="tool_choice")
