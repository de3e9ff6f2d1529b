"""Requests as the adapter builds them, each checked by AWS's own validator."""

from typing import Any

import botocore.session
import orjson
import pytest
from botocore.validate import ParamValidator

from routing.providers.bedrock.adapter import BedrockAdapter
from routing.wire.contract import Call, Json, UpstreamError
from tests.routing.providers.bedrock.exchanges import CLAUDE, target

LLAMA, GPT = "meta.llama3-1-70b-instruct-v1:0", "openai.gpt-oss-120b-1:0"
OLD_CLAUDE, NEW_CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0", "us.anthropic.claude-opus-4-8"
PIXEL = "iVBORw0KGgo="
USER: Json = {"role": "user", "content": "Hi"}
TOOL: Json = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
CALL: Json = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
CALLED: list[Json] = [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}]
RESULT: Json = {"role": "tool", "tool_call_id": "c1", "content": "42"}
API = botocore.session.get_session().get_service_model("bedrock-runtime")


def built(chat: Json, model: str = CLAUDE, **settings: str) -> tuple[Json, list[str]]:
    """The body, checked, and the warnings."""
    call = Call("chat", "openai_chat", chat, "m")
    before = orjson.dumps(chat)
    body = orjson.loads(BedrockAdapter().build(call, target(model, **settings)).body)
    assert orjson.dumps(chat) == before  # the caller's own is needed again for the next attempt
    report = ParamValidator().validate({"modelId": model, **body}, API.operation_model("Converse").input_shape)
    assert not report.has_errors(), report.generate_report()
    return body, call.warnings


def sent(*messages: Json, model: str = CLAUDE, **fields: Any) -> Json:
    body, warnings = built({"messages": list(messages), **fields}, model)
    assert warnings == []
    return body


def refusal(*messages: Json, model: str = CLAUDE, **fields: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        built({"messages": list(messages), **fields}, model)
    return caught.value


def said(*parts: Any) -> Json:
    return {"role": "user", "content": list(parts)}
