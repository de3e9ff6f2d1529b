"""What a request asks, read from any dialect by code that shares nothing with the product."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.meaning import Json

Called = tuple[str, Any]


@dataclass
class Asked:
    """The words of each side in order, the caller's own tools, what became of them, and the limits."""

    system: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # by the user and the assistant, thoughts left out
    media: int = 0  # pictures, files and sounds
    calls: list[Called] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    custom: list[str] = field(default_factory=list)  # tools that take free text
    allowed: list[str] = field(default_factory=list)  # the only ones of them that may be called, if said
    limit: int | None = None
    knobs: Json = field(default_factory=dict)  # temperature, top_p, stop, seed
    format: Any = None  # the JSON schema of the answer
    must_call: bool = False  # a tool; which is how some models are made to answer in a form
    no_call: bool = False  # tools are told of, and not to be called


def of_chat(body: Json) -> Asked:
    found = Asked(limit=_first(body, "max_completion_tokens", "max_tokens"), knobs=_knobs(body))
    for message in body.get("messages") or []:
        _chat_message(found, message)
    found.tools = [tool["function"]["name"] for tool in body.get("tools") or [] if tool.get("function")]
    found.custom = [tool["custom"]["name"] for tool in body.get("tools") or [] if tool.get("custom")]
    found.tools += [function["name"] for function in body.get("functions") or []]
    found.format = _object(_object(body.get("response_format")).get("json_schema")).get("schema")
    choice = body.get("tool_choice") or body.get("function_call")
    found.no_call, found.must_call = choice == "none", choice not in (None, "none", "auto")
    found.allowed = _named(choice)
    return found


def of_completions(body: Json) -> Asked:
    prompt = body.get("prompt")
    texts = [text for text in ([prompt] if isinstance(prompt, str) else prompt or []) if isinstance(text, str)]
    return Asked(said=texts, limit=body.get("max_tokens"), knobs=_knobs(body))


def _chat_message(found: Asked, message: Json) -> None:
    role, content = message.get("role"), message.get("content")
    if role in ("tool", "function"):
        found.results.append(_joined(content))
        found.media += _media(content)
        return
    texts = found.system if role in ("system", "developer") else found.said
    texts += _texts(content)
    texts += [message["refusal"]] if message.get("refusal") else []
    found.media += _media(content)
    for call in [*(message.get("tool_calls") or []), *_legacy(message)]:
        named = call.get("function") or call.get("custom") or {}
        found.calls.append((named.get("name", ""), _loaded(named.get("arguments", named.get("input")))))


def _legacy(message: Json) -> list[Json]:
    return [{"function": message["function_call"]}] if message.get("function_call") else []


def of_responses(body: Json) -> Asked:
    found = Asked(limit=body.get("max_output_tokens"), knobs=_knobs(body))
    found.system = _texts(body.get("instructions"))
    items = body.get("input")
    for item in [{"role": "user", "content": items}] if isinstance(items, str) else items or []:
        _item(found, item)
    found.tools = [tool["name"] for tool in body.get("tools") or [] if tool.get("type") == "function"]
    found.custom = [tool["name"] for tool in body.get("tools") or [] if tool.get("type") == "custom"]
    found.format = _object(_object(body.get("text")).get("format")).get("schema")
    choice = body.get("tool_choice")
    found.no_call, found.must_call = choice == "none", choice not in (None, "none", "auto")
    found.allowed = _named(choice)
    return found


def _item(found: Asked, item: Json) -> None:
    kind = item.get("type") or "message"
    if kind == "message":
        texts = found.system if item.get("role") in ("system", "developer") else found.said
        texts += _texts(item.get("content"))
        found.media += _media(item.get("content"))
    elif kind == "function_call":
        found.calls.append((item["name"], _loaded(item.get("arguments"))))
    elif kind == "custom_tool_call":
        found.calls.append((item["name"], _loaded(item.get("input"))))
    elif kind in ("function_call_output", "custom_tool_call_output"):
        found.results.append(_joined(item.get("output")))
        found.media += _media(item.get("output"))


def of_anthropic(body: Json) -> Asked:
    found = Asked(limit=body.get("max_tokens"), knobs=_knobs(body), system=_texts(body.get("system")))
    for message in body.get("messages") or []:
        texts = found.system if message.get("role") == "system" else found.said
        texts += _texts(message.get("content"))
        found.media += _media(message.get("content"))
        for block in message["content"] if isinstance(message.get("content"), list) else []:
            if block.get("type") == "tool_use":
                found.calls.append((block["name"], block.get("input") or {}))
            elif block.get("type") == "tool_result":
                found.results.append(_joined(block.get("content")))
                found.media += _media(block.get("content"))
    found.tools = [tool["name"] for tool in body.get("tools") or [] if "input_schema" in tool]
    wanted = _object(body.get("output_config")).get("format") or body.get("output_format")
    found.format = _object(wanted).get("schema")
    choice = _object(body.get("tool_choice")).get("type")
    found.no_call, found.must_call = choice == "none", choice in ("any", "tool")
    found.allowed = _named(body.get("tool_choice"))
    return found


def of_gemini(body: Json) -> Asked:
    config = _object(_either(body, "generationConfig"))
    found = Asked(limit=_either(config, "maxOutputTokens"), knobs=_knobs(config))
    system = _either(body, "systemInstruction")
    found.system = _texts([{"text": system}] if isinstance(system, str) else _parts(system))
    contents = body.get("contents")
    for content in [contents] if isinstance(contents, dict | str) else contents or []:
        for part in [{"text": content}] if isinstance(content, str) else _parts(content):
            _gemini_part(found, part)
    tools = body.get("tools") or []
    named = [one for tool in ([tools] if isinstance(tools, dict) else tools) for one in _declared(tool)]
    calling = _object(_either(_object(_either(body, "toolConfig")), "functionCallingConfig"))
    found.tools, found.allowed = [one["name"] for one in named], _either(calling, "allowedFunctionNames") or []
    found.no_call, found.must_call = calling.get("mode") == "NONE", calling.get("mode") == "ANY"
    found.format = _either(config, "responseJsonSchema") or _either(config, "responseSchema")
    return found


def _gemini_part(found: Asked, part: Json) -> None:
    call, result = _either(part, "functionCall"), _either(part, "functionResponse")
    if call:
        found.calls.append((call["name"], call.get("args") or {}))
    elif result:
        found.results.append(json.dumps(result.get("response")))
        found.media += len(result.get("parts") or [])
    elif _either(part, "inlineData") or _either(part, "fileData"):
        found.media += 1
    elif part.get("text") and not part.get("thought"):
        found.said.append(part["text"])


def _declared(tool: Json) -> list[Json]:
    return _either(tool, "functionDeclarations") or []


def _parts(content: Any) -> list[Json]:
    parts = content.get("parts") if isinstance(content, dict) else content
    return [parts] if isinstance(parts, dict) else [{"text": p} if isinstance(p, str) else p for p in parts or []]


def of_converse(body: Json) -> Asked:
    config = body.get("inferenceConfig") or {}
    found = Asked(limit=config.get("maxTokens"), knobs=_knobs(config))
    found.system = [block["text"] for block in body.get("system") or [] if block.get("text")]
    for message in body.get("messages") or []:
        for block in message["content"]:
            _converse_block(found, block)
    specs = [tool["toolSpec"] for tool in (body.get("toolConfig") or {}).get("tools") or [] if "toolSpec" in tool]
    found.tools = [spec["name"] for spec in specs]
    wanted = _object(_object(_object(body.get("outputConfig")).get("textFormat")).get("structure")).get("jsonSchema")
    found.format = _loaded(wanted["schema"]) if wanted else None
    choice = (body.get("toolConfig") or {}).get("toolChoice") or {}
    found.must_call, found.allowed = "any" in choice or "tool" in choice, _named(choice.get("tool"))
    return found


def _converse_block(found: Asked, block: Json) -> None:
    if block.get("text"):
        found.said.append(block["text"])
    elif "citationsContent" in block:
        found.said += [one["text"] for one in block["citationsContent"].get("content") or [] if one.get("text")]
    elif "toolUse" in block and block["toolUse"].get("type") != "server_tool_use":
        found.calls.append((block["toolUse"]["name"], block["toolUse"].get("input") or {}))
    elif "toolResult" in block and "type" not in block["toolResult"]:
        content = block["toolResult"].get("content") or []
        said = [json.dumps(part["json"]) if "json" in part else part.get("text", "") for part in content]
        found.results.append(" ".join(said))
        found.media += sum(kind in part for part in content for kind in ("image", "document", "video"))
    elif any(kind in block for kind in ("image", "document", "video", "audio")):
        found.media += 1


READERS = {
    "openai_chat": of_chat, "openai_responses": of_responses, "anthropic_messages": of_anthropic, "gemini": of_gemini,
    "bedrock_converse": of_converse, "converse": of_converse, "openai_completions": of_completions,
}  # fmt: skip
_MEDIA = {
    "image_url", "input_audio", "file", "video_url", "input_image", "input_file", "image", "document",
}  # fmt: skip


def _named(choice: Any) -> list[str]:
    """The one tool that a choice names, if it does."""
    choice = _object(choice)
    inner = choice.get("function") or choice.get("custom") or choice
    return [inner["name"]] if inner.get("name") else []


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content] if content.strip() else []
    return list(_inner(content)) if isinstance(content, list) else []


def _inner(parts: list[Any]) -> Iterator[str]:
    for part in parts:
        text = part if isinstance(part, str) else part.get("text") or part.get("refusal")
        if isinstance(text, str) and text.strip():
            yield text


def _joined(content: Any) -> str:
    return content if isinstance(content, str) else " ".join(_texts(content))


def _media(content: Any) -> int:
    return sum(isinstance(p, dict) and p.get("type") in _MEDIA for p in content) if isinstance(content, list) else 0


def _knobs(body: Json) -> Json:
    named = {
        "temperature": _either(body, "temperature"),
        "top_p": top_p if (top_p := _first(body, "top_p", "topP")) != 1 else None,  # all of it, as if unsaid
        "seed": _first(body, "seed", "random_seed"),
        "stop": _first(body, "stop", "stop_sequences", "stopSequences"),
    }
    if isinstance(named["stop"], str):
        named["stop"] = [named["stop"]]
    return {name: value for name, value in named.items() if value not in (None, [])}


def _first(body: Json, *names: str) -> Any:
    return next((body[name] for name in names if body.get(name) is not None), None)


def _either(body: Json, camel: str) -> Any:
    """Google takes both spellings."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel)
    return body.get(camel, body.get(snake))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _loaded(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw or {}
    try:
        return json.loads(raw) if raw.strip() else {}
    except ValueError:
        return raw
