"""The internal form's messages → Converse's system blocks and turns.

Converse wants turns to alternate, the user's first, none without content, and no blank text.
"""

from typing import Any

from routing.providers.bedrock.draft import EMPTY, Draft, bad, tool_id
from routing.providers.bedrock.parts import Blocks, blocks_of, cache_point
from routing.wire import json_text
from routing.wire.chat import parts_of
from routing.wire.contract import Json
from routing.wire.reading import object_in, objects_in, text_in

Turns = list[Json]
# Other vendors' signatures: Claude refuses what it has not signed itself.
_FOREIGN_SIGNATURES = ("google.", "openai.")


def conversation(messages: Any, draft: Draft) -> tuple[Blocks, Turns]:
    """System blocks and turns. Raises `UpstreamError`, naming the message at fault."""
    system: Blocks = []
    turns: Turns = []
    for number, message in enumerate(messages if isinstance(messages, list) else ()):
        where = f"messages[{number}]"
        if not isinstance(message, dict):
            raise bad("A message is an object.", where)
        role = message.get("role")
        if role in ("system", "developer"):
            system += _system(message, draft, where)
        elif role == "user":
            _add(turns, "user", _user(message, draft, where))
        elif role == "assistant":
            _add(turns, "assistant", _assistant(message, draft, where))
        elif role in ("tool", "function"):
            _add_results(turns, _tool_result(message, draft, where))
        else:
            raise bad(f"There is no role '{role}'.", f"{where}.role")
    return _ordered(system, turns, draft)


def _ordered(system: Blocks, turns: Turns, draft: Draft) -> tuple[Blocks, Turns]:
    """The user's turn first, and last where the model does not go on from its own words."""
    if not turns:
        texts = [block for block in system if "text" in block]
        return [], [{"role": "user", "content": texts or [{"text": EMPTY}]}]
    if turns[0]["role"] == "assistant":
        turns.insert(0, {"role": "user", "content": [{"text": EMPTY}]})
    last = turns[-1]
    if last["role"] == "assistant" and "text" in last["content"][-1]:
        if draft.model.goes_on:  # Claude refuses white space at the end of what it is to go on from
            last["content"][-1] = {"text": last["content"][-1]["text"].rstrip()}
        else:
            draft.warn("This model does not go on from an assistant's message: it was asked to continue.")
            turns.append({"role": "user", "content": [{"text": "Continue."}]})
    return system, turns


def _add(turns: Turns, role: str, blocks: Blocks) -> None:
    if not blocks:
        return
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": blocks})


def _add_results(turns: Turns, blocks: Blocks) -> None:
    """Results come first in the user's turn, whatever the caller said before them."""
    if not turns or turns[-1]["role"] != "user":
        turns.append({"role": "user", "content": blocks})
        return
    content = turns[-1]["content"]
    results = [place for place, block in enumerate(content) if "toolResult" in block]
    place = results[-1] + 1 if results else 0
    if results and place < len(content) and "cachePoint" in content[place]:
        place += 1
    content[place:place] = blocks


def _system(message: Json, draft: Draft, where: str) -> Blocks:
    blocks = []
    for block in blocks_of(message.get("content"), draft, f"{where}.content"):
        if block.keys() & {"text", "cachePoint", "guardContent"}:
            blocks.append(block)
        else:
            draft.warn("What is no text in a system message was left out.")
    return blocks + (cache_point(message, draft) if blocks else [])


def _user(message: Json, draft: Draft, where: str) -> Blocks:
    blocks = blocks_of(message.get("content"), draft, f"{where}.content")
    kinds = {kind for block in blocks for kind in block}
    if not kinds - {"cachePoint"} or ("document" in kinds and "text" not in kinds):
        blocks.insert(0, {"text": EMPTY})  # a document cannot stand without a text
    return blocks + cache_point(message, draft)


def _assistant(message: Json, draft: Draft, where: str) -> Blocks:
    thoughts = _thoughts(message, draft)
    said = blocks_of(message.get("content") or message.get("refusal"), draft, f"{where}.content")
    calls = [_tool_use(call, draft) for call in objects_in(message.get("tool_calls"))]
    if legacy := object_in(message.get("function_call")):
        calls.append(_tool_use({"id": legacy.get("name"), "function": legacy}, draft))
    blocks = thoughts + _native(message) + said + calls
    return blocks + (cache_point(message, draft) if said or calls else [])


def _thoughts(message: Json, draft: Draft) -> Blocks:
    """Claude's own thoughts, with their signatures: it wants them again beside its tool calls."""
    if not draft.model.may_be_claude:
        return []
    blocks: Blocks = []
    for block in objects_in(message.get("thinking_blocks")):
        signature, data = text_in(block.get("signature")), text_in(block.get("data"))
        if block.get("type") == "redacted_thinking" and data:
            blocks.append({"reasoningContent": {"redactedContent": data}})
        elif signature and not signature.startswith(_FOREIGN_SIGNATURES):
            thought = {"text": text_in(block.get("thinking")), "signature": signature}
            blocks.append({"reasoningContent": {"reasoningText": thought}})
    return blocks


def _native(message: Json) -> Blocks:
    """What a model of Bedrock's did with its own tools. Citations are left: their text is in the content."""
    blocks = [one.get("block") for one in objects_in(message.get("native_blocks")) if one.get("dialect") == "bedrock"]
    return [block for block in blocks if isinstance(block, dict) and "citationsContent" not in block]


def _tool_use(call: Json, draft: Draft) -> Json:
    function = object_in(call.get("function"))
    if call.get("type") == "custom":
        custom = object_in(call.get("custom"))
        function = {"name": custom.get("name"), "arguments": {"input": custom.get("input")}}
    name = draft.tool_name(text_in(function.get("name")))
    return {"toolUse": {"toolUseId": tool_id(call.get("id")), "name": name, "input": _input(function.get("arguments"))}}


def _input(arguments: Any) -> Json:
    """The arguments as an object; what a model wrote that is none travels on inside one."""
    if isinstance(arguments, str):
        try:
            arguments = json_text.read(arguments or "{}")
        except json_text.InvalidJson:
            return {"arguments": arguments}
    return arguments if isinstance(arguments, dict) else {"arguments": arguments} if arguments is not None else {}


def _tool_result(message: Json, draft: Draft, where: str) -> Blocks:
    blocks = blocks_of(message.get("content"), draft, f"{where}.content")
    content = [block for block in blocks if "cachePoint" not in block] or [{"text": EMPTY}]
    called = message.get("tool_call_id") or message.get("name")
    result: Json = {"toolUseId": tool_id(called), "content": content}
    if message.get("is_error"):
        result["status"] = "error"
    marked = next((part for part in (message, *parts_of(message.get("content"))) if part.get("cache_control")), {})
    return [{"toolResult": result}, *cache_point(marked, draft)]
