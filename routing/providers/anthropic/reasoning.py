"""How much Claude is to think: an effort on newer models, a budget of tokens on older ones.

https://platform.claude.com/docs/en/build-with-claude/thinking
"""

from routing.providers.anthropic.draft import Draft
from routing.providers.anthropic.models import Traits
from routing.wire.contract import Json
from routing.wire.reading import objects_in
from routing.wire.thinking import SMALLEST_BUDGET, budget_of, wanted_effort

FORCED = frozenset({"any", "tool"})
LARGEST_SHARE = 0.8  # of the tokens, for thoughts: the rest is the answer's


def thinking_fields(chat: Json, model: Traits, body: Json, draft: Draft) -> Json:
    """`thinking` and the effort, if any is asked for. ``body``: the rest of the request, with its tool choice."""
    effort, given = wanted_effort(chat), chat.get("thinking")
    given = given if isinstance(given, dict) else {}
    if effort is None and given.get("type") not in ("enabled", "adaptive"):
        return {}
    if effort == "none":
        return _off(model, draft)
    if model.thinking == "none":
        draft.warn("reasoning_effort was left out: this model does not think")
        return {}
    if model.thinking == "adaptive" and not (model.budgets and given.get("type") == "enabled"):
        return _adaptive(effort, given, model)
    if body.get("tool_choice", {}).get("type") in FORCED:
        draft.warn("reasoning_effort was left out: Claude does not think where a tool is forced")
        return {}
    return _budget(chat, effort, given, body, draft)


def _off(model: Traits, draft: Draft) -> Json:
    if not model.thinks_unasked:
        return {}
    if not model.can_stop_thinking:
        draft.warn("reasoning_effort: this model always thinks")
        return {"output_config": {"effort": "low"}}
    return {"thinking": {"type": "disabled"}}


def _adaptive(effort: str | None, given: Json, model: Traits) -> Json:
    display = given.get("display") or ("summarized" if model.hides_thoughts else None)
    fields: Json = {"thinking": {"type": "adaptive"} | ({"display": display} if display else {})}
    if effort is not None:
        known = {"minimal": "low", "xhigh": "xhigh" if "xhigh" in model.efforts else "max"}.get(effort, effort)
        fields["output_config"] = {"effort": known if known in model.efforts else "medium"}
    return fields


def _budget(chat: Json, effort: str | None, given: Json, body: Json, draft: Draft) -> Json:
    """A budget inside the caller's own limit; on top of ours, where the caller has none."""
    if _lost_thoughts(chat):
        # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
        draft.warn("reasoning_effort was left out: the thoughts before the last tool calls are missing")
        return {}
    asked = given.get("budget_tokens")
    tokens = max(asked if type(asked) is int else budget_of(effort or "medium"), SMALLEST_BUDGET)
    limit = body["max_tokens"]
    if chat.get("max_completion_tokens") is None and chat.get("max_tokens") is None:
        return {"thinking": {"type": "enabled", "budget_tokens": tokens}, "max_tokens": limit + tokens}
    if limit <= SMALLEST_BUDGET:
        draft.warn(f"reasoning_effort was left out: max_tokens leaves no room for {SMALLEST_BUDGET} tokens of thought")
        return {}
    tokens = min(tokens, max(int(limit * LARGEST_SHARE), SMALLEST_BUDGET))
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def _lost_thoughts(chat: Json) -> bool:
    """Whether the turn that is being continued called tools, and came without its thoughts."""
    said = []
    for message in reversed(objects_in(chat.get("messages"))):
        if message.get("role") == "user":
            break
        said.append(message)
    calls = [message for message in said if message.get("tool_calls")]
    return bool(calls) and not calls[-1].get("thinking_blocks")
