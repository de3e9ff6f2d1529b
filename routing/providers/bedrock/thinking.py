"""Reasoning: each vendor's models have their own words for it, outside Converse's.

https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html
https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
"""

from routing.providers.bedrock.draft import Draft
from routing.wire.contract import Json
from routing.wire.reading import object_in, text_in
from routing.wire.thinking import SMALLEST_BUDGET, budget_of

ROOM = 4096  # tokens for the answer, where the caller sets no limit
_NOVA = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
_CLAUDE = {"minimal": "low"}


def add_thinking(chat: Json, body: Json, extra: Json, inference: Json, draft: Draft) -> bool:
    """Set what makes the model think, and `top_k`, which goes the same way. Whether it will think."""
    thinking, effort = object_in(chat.get("thinking")), text_in(chat.get("reasoning_effort"))
    thinks = False
    if draft.model.may_be_claude:
        thinks = _claude(thinking, effort, body, extra, inference, draft)
    elif thinking.get("type") in ("enabled", "adaptive") or effort not in ("", "none"):
        _others(effort or "medium", extra, inference, draft)
    _add_top_k(chat, extra, thinks, draft)
    return thinks


def _claude(thinking: Json, effort: str, body: Json, extra: Json, inference: Json, draft: Draft) -> bool:
    if thinking:
        extra["thinking"] = thinking
        if effort and draft.model.is_claude_since(4, 5):
            body.setdefault("outputConfig", {})["effort"] = _CLAUDE.get(effort, effort)
        return thinking.get("type") != "disabled"
    if effort in ("", "none"):
        return False
    if draft.model.claude is not None and not draft.model.is_claude_since(3, 7):
        draft.warn("reasoning_effort was left out: this model does not think.")
        return False
    if why := _cannot_think(body, extra):
        draft.warn(f"reasoning_effort was left out: {why}.")
        return False
    if draft.model.is_claude_since(4, 6):
        extra["thinking"] = {"type": "adaptive"}
        body.setdefault("outputConfig", {})["effort"] = _CLAUDE.get(effort, effort)
        return True
    return _with_budget(effort, extra, inference, draft)


def _with_budget(effort: str, extra: Json, inference: Json, draft: Draft) -> bool:
    """Older Claudes are given a number of tokens, which must leave room below the limit."""
    budget, limit = budget_of(effort), inference.get("maxTokens")
    if isinstance(limit, int):
        budget = min(budget, limit - 1)
        if budget < SMALLEST_BUDGET:
            draft.warn("reasoning_effort was left out: the token limit leaves no room for thoughts.")
            return False
    else:
        inference["maxTokens"] = budget + ROOM
    extra["thinking"] = {"type": "enabled", "budget_tokens": budget}
    for name, theirs in (("temperature", "temperature"), ("top_p", "topP")):
        if inference.pop(theirs, 1) != 1:
            draft.warn(f"{name} was left out: it cannot be set where the model thinks.")
    return True


def _cannot_think(body: Json, extra: Json) -> str:
    """Claude refuses to think where it is made to call a tool, or finds calls without the thoughts before them."""
    choice = object_in(object_in(body.get("toolConfig")).get("toolChoice"))
    if choice.keys() & {"any", "tool"} or object_in(extra.get("tool_choice")).get("type") in ("any", "tool"):
        return "a tool is to be called"
    turns = [turn["content"] for turn in body["messages"] if turn["role"] == "assistant"]
    last = turns[-1] if turns else []
    if any("toolUse" in block for block in last) and "reasoningContent" not in last[0]:
        return "the last tool call came without thoughts"
    return ""


def _others(effort: str, extra: Json, inference: Json, draft: Draft) -> None:
    model = draft.model
    if model.vendor == "openai":
        extra["reasoning_effort"] = {"minimal": "low", "xhigh": "high", "max": "high"}.get(effort, effort)
    elif model.is_nova and model.name.startswith("nova-2"):
        level = _NOVA.get(effort, "medium")
        if level == "high" and inference.keys() & {"maxTokens", "temperature", "topP"}:
            level = "medium"  # the highest takes none of these
            draft.warn("reasoning_effort was lowered to medium: above it Nova takes no limits and no temperature.")
        extra["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": level}
    else:
        draft.warn("reasoning_effort was left out: this model has no such setting.")


def _add_top_k(chat: Json, extra: Json, thinks: bool, draft: Draft) -> None:
    top_k, model = chat.get("top_k"), draft.model
    if top_k is None:
        return
    if model.is_nova:
        extra["inferenceConfig"] = {"topK": top_k}
    elif model.vendor in ("mistral", "", "qwen") or (
        model.may_be_claude and not thinks and not model.is_claude_since(4, 7)
    ):
        extra["top_k"] = top_k
    elif model.vendor == "cohere":
        extra["k"] = top_k
    else:
        draft.warn("top_k was left out: this model does not take it.")
