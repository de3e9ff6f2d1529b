"""Recorded Converse requests in the internal form, so that what the adapter builds can be compared with them."""

import json
from typing import Any

from routing.providers.bedrock.parts import DOCUMENTS
from routing.wire.contract import Json

_MEDIA = {kind: media_type for media_type, kind in DOCUMENTS.items()}
_PASSED = ("guardrailConfig", "performanceConfig", "requestMetadata", "additionalModelResponseFieldPaths")
_CHOICES = {"auto": "auto", "any": "required"}


def chat_of(body: Json) -> Json:
    """What a caller would have said."""
    chat: Json = {name: body[name] for name in _PASSED if name in body}
    if "additionalModelRequestFields" in body:
        chat["additionalModelRequestFields"] = body["additionalModelRequestFields"]
    inference = body.get("inferenceConfig", {})
    names = {"maxTokens": "max_tokens", "temperature": "temperature", "topP": "top_p", "stopSequences": "stop"}
    chat |= {names[name]: value for name, value in inference.items()}
    system = [{"role": "system", "content": _parts(body["system"])}] if body.get("system") else []
    chat["messages"] = [*system, *(one for turn in body.get("messages", ()) for one in _messages(turn))]
    if "toolConfig" in body:
        chat |= _tools(body["toolConfig"])
    if "outputConfig" in body:
        schema = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
        wanted = {**schema, "schema": json.loads(schema["schema"])}
        chat["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return chat


def _messages(turn: Json) -> list[Json]:
    content = turn["content"]
    results = [block["toolResult"] for block in content if "toolResult" in block and "type" not in block["toolResult"]]
    messages: list[Json] = []
    for result in results:
        messages.append({"role": "tool", "tool_call_id": result["toolUseId"], "content": _parts(result["content"])})
        if result.get("status") == "error":
            messages[-1]["is_error"] = True
    rest = _parts([block for block in content if "toolResult" not in block and "toolUse" not in block])
    calls = [_call(block["toolUse"]) for block in content if "toolUse" in block and "type" not in block["toolUse"]]
    thoughts = [block["reasoningContent"] for block in content if "reasoningContent" in block]
    native = [block for block in content if "type" in block.get("toolUse", block.get("toolResult", {}))]
    if not (rest or calls or thoughts or native):
        return messages
    message: Json = {"role": turn["role"], "content": rest}
    if calls:
        message["tool_calls"] = calls
    if thoughts:
        message["thinking_blocks"] = [_thought(one) for one in thoughts]
    if native:
        message["native_blocks"] = [{"dialect": "bedrock", "block": block} for block in native]
    return [*messages, message]


def _call(use: Json) -> Json:
    function = {"name": use["name"], "arguments": json.dumps(use["input"])}
    return {"id": use["toolUseId"], "type": "function", "function": function}


def _thought(reasoning: Json) -> Json:
    thought = reasoning["reasoningText"]
    return {"type": "thinking", "thinking": thought["text"], "signature": thought.get("signature", "")}


def _parts(blocks: list[Json]) -> list[Json]:
    parts: list[Json] = []
    for block in blocks:
        if "cachePoint" in block:
            parts[-1]["cache_control"] = {
                "type": "ephemeral",
                **{k: v for k, v in block["cachePoint"].items() if k == "ttl"},
            }
        elif part := _part(block):
            parts.append(part)
    return parts


def _part(block: Json) -> Json | None:
    if "text" in block:
        return {"type": "text", "text": block["text"]}
    if "citationsContent" in block:
        return {"type": "text", "text": "".join(one["text"] for one in block["citationsContent"]["content"])}
    if "image" in block:
        return {"type": "image_url", "image_url": {"url": _url(block["image"], f"image/{block['image']['format']}")}}
    if "video" in block:
        return {"type": "video_url", "video_url": {"url": _url(block["video"], block["video"]["format"])}}
    if "document" in block:
        return _document(block)
    return None if "reasoningContent" in block else {"type": "native", "dialect": "bedrock", "block": block}


def _document(block: Json) -> Json:
    document = block["document"]
    if "text" in document["source"] or "content" in document["source"]:
        return {"type": "native", "dialect": "bedrock", "block": block}
    named = {name: document[name] for name in ("citations", "context") if name in document}
    url = _url(document, _MEDIA[document["format"]])
    return {"type": "file", "file": {"filename": f"{document['name']}.{document['format']}", "file_data": url, **named}}


def _url(media: Json, media_type: str) -> str:
    source: Any = media["source"]
    return str(source["s3Location"]["uri"]) if "s3Location" in source else f"data:{media_type};base64,{source['bytes']}"


def _tools(config: Json) -> Json:
    tools: list[Json] = []
    for tool in config["tools"]:
        if "cachePoint" in tool:
            tools[-1]["cache_control"] = {"type": "ephemeral"}
        elif "toolSpec" in tool:
            spec = tool["toolSpec"]
            function = {name: spec[name] for name in ("name", "description", "strict") if name in spec}
            tools.append({"type": "function", "function": {**function, "parameters": spec["inputSchema"]["json"]}})
        else:
            tools.append({"type": "native", "dialect": "bedrock", "tool": tool})
    choice = config.get("toolChoice")
    if not choice:
        return {"tools": tools}
    (kind, details) = next(iter(choice.items()))
    named = {"type": "function", "function": {"name": details.get("name")}}
    return {"tools": tools, "tool_choice": _CHOICES.get(kind, named)}
