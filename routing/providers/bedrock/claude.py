"""Claude through InvokeModel, which speaks Anthropic's own dialect: straight through for callers who do too.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
"""

from base64 import b64decode
from typing import Any

from billing.dataplane.usage import Usage, usage_from_anthropic
from routing.providers.bedrock.draft import Draft, refused
from routing.wire import json_text
from routing.wire.anthropic import without_attribution
from routing.wire.aws_eventstream import Message
from routing.wire.contract import Call, Event, Json, Target, UpstreamError
from routing.wire.openai_errors import error_from_object
from routing.wire.reading import object_in, objects_in, text_in
from routing.wire.sse import encode

VERSION = "bedrock-2023-05-31"
# Bedrock refuses a beta that it does not know; callers send all that theirs know. Others: setting `anthropic_beta`.
BETAS = {
    "compact-2026-01-12", "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24",
    "context-1m-2025-08-07", "context-management-2025-06-27", "dev-full-thinking-2025-05-14", "effort-2025-11-24",
    "interleaved-thinking-2025-05-14", "output-128k-2025-02-19", "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29", "tool-search-tool-2025-10-19",
}  # fmt: skip
_OTHER_NAMES = {"advanced-tool-use-2025-11-20": "tool-search-tool-2025-10-19"}
# Tools that run on Anthropic's own servers.
_ELSEWHERE = ("web_search", "web_fetch", "code_execution", "mcp_toolset")
_NOT_HERE = ("container", "inference_geo", "mcp_servers", "service_tier")
_GUARDRAIL = "X-Amzn-Bedrock-Guardrail"


def body_of(call: Call, target: Target, draft: Draft) -> Json:
    """The caller's own body but for what Bedrock wants elsewhere. Raises `UpstreamError` (UNSUPPORTED)."""
    body = {name: value for name, value in call.body.items() if name not in ("model", "stream")}
    for number, tool in enumerate(objects_in(body.get("tools"))):
        if text_in(tool.get("type")).startswith(_ELSEWHERE):
            raise refused(f"Bedrock has no server tool '{tool['type']}'.", f"tools[{number}]")
    for number, message in enumerate(objects_in(body.get("messages"))):
        for block in objects_in(message.get("content")):
            if object_in(block.get("source")).get("type") in ("url", "file"):
                raise refused("Bedrock takes pictures and documents as data only.", f"messages[{number}].content")
    for name in _NOT_HERE:
        if body.pop(name, None) not in (None, "auto", "standard_only", []):
            draft.warn(f"{name} was left out: Bedrock has no such field.")
    if body.get("system"):
        body["system"] = without_attribution(body["system"])
    if betas := _betas(call, target, draft):
        body["anthropic_beta"] = betas
    return {"anthropic_version": VERSION, **body}


def _betas(call: Call, target: Target, draft: Draft) -> list[str]:
    given = (name.strip() for name in call.headers.get("anthropic-beta", "").split(","))
    asked = [_OTHER_NAMES.get(name, name) for name in given if name]
    known = BETAS | {name.strip() for name in target.settings.get("anthropic_beta", "").split(",")}
    for name in asked:
        if name not in known:
            draft.warn(f"The beta '{name}' was left out: Bedrock does not know it.")
    own = call.body.get("anthropic_beta")
    return [*(own if isinstance(own, list) else ()), *(name for name in asked if name in known)]


def guardrail_headers(target: Target) -> list[tuple[str, str]]:
    """The administrator's guardrail, which Converse takes in the body."""
    identifier, _, version = target.settings.get("guardrail", "").partition("@")
    if not identifier:
        return []
    return [(f"{_GUARDRAIL}Identifier", identifier), (f"{_GUARDRAIL}Version", version or "DRAFT")]


class ClaudeStream:
    """Reads the events that `chunk` messages hold, and writes them as Anthropic does."""

    __slots__ = ("_counts", "failed", "usage")

    def __init__(self) -> None:
        self._counts: Json = {}
        self.usage = Usage()
        self.failed: UpstreamError | None = None

    def read(self, message: Message) -> tuple[Event, str] | None:
        """The event and the text in it; None for what is none. An error is left in ``failed``."""
        payload, event = _event_in(message)
        kind = text_in(event.get("type"))
        if kind == "error":
            self.failed = error_from_object(event.get("error"), 200)
            return None
        if not kind.isidentifier():
            return None
        self._count(object_in(event.get("message")).get("usage"), "none")
        self._count(event.get("usage"), "provider")
        last = kind == "message_stop"
        if last:  # Bedrock's own measurements come with it
            payload = b'{"type":"message_stop"}'
        content = kind in ("content_block_start", "content_block_delta", "message_delta")
        raw = b"event: %s\n%s" % (kind.encode(), encode(payload))
        return Event(raw, content=content, last=last), _text_in(object_in(event.get("delta")))

    def _count(self, usage: Any, source: str) -> None:
        """Later counts replace earlier ones; only the last event tells the output's."""
        if isinstance(usage, dict):
            self._counts.update({name: value for name, value in usage.items() if value is not None})
            self.usage = usage_from_anthropic(self._counts)
            self.usage.source = source


def _event_in(message: Message) -> tuple[bytes, Json]:
    """The event in a message as it came and as it reads; empty if there is none."""
    try:
        payload = b64decode(object_in(json_text.read(message.payload)).get("bytes") or b"")
        return payload, object_in(json_text.read(payload))
    except (TypeError, ValueError):
        return b"", {}


def _text_in(delta: Json) -> str:
    return "".join(text_in(delta.get(name)) for name in ("text", "thinking", "partial_json"))
