"""How much to think: `reasoning_effort` and Anthropic's `thinking` → Gemini's `thinkingConfig`.

Gemini 3 has levels, Gemini 2.5 budgets in tokens; what came before does not think.
https://ai.google.dev/gemini-api/docs/thinking
"""

from routing.providers.gemini.model import is_pro, version
from routing.wire.contract import Call, ErrorKind, Json, UpstreamError
from routing.wire.thinking import effort_of

# As Google's own OpenAI endpoint reads them. https://ai.google.dev/gemini-api/docs/openai#thinking
_BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 32768, "max": 32768}
_LEVELS = {
    "none": "minimal", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "high",
    "max": "high",
}  # fmt: skip
_PRO, _FLASH, _LITE = (128, 32768), (1, 24576), (512, 24576)  # least and most tokens


def thinking_config(call: Call, model: str) -> Json | None:
    """None where the caller said nothing of it, or the model cannot think."""
    wanted, effort, asked = (call.chat.get(name) for name in ("thinking", "reasoning_effort", "reasoning"))
    if effort is None and isinstance(asked, dict):  # as OpenRouter writes it
        effort = asked.get("effort")
    if not isinstance(wanted, dict) and effort is None:
        return None
    if version(model) < 2.5:
        call.warnings.append("reasoning_effort and thinking left out: this model does not think")
        return None
    if not isinstance(wanted, dict):
        return _by_effort(effort, call, model)
    kind, budget = wanted.get("type"), wanted.get("budget_tokens")
    if kind == "disabled":
        return _by_effort("none", call, model)
    if kind == "enabled" and type(budget) is int:
        return _by_budget(budget, call, model)
    return _by_effort(effort, call, model) if effort is not None else {"includeThoughts": True}


def _by_effort(effort: object, call: Call, model: str) -> Json:
    if not isinstance(effort, str) or effort not in _LEVELS:
        message = f"'reasoning_effort' is one of {', '.join(_LEVELS)}."
        raise UpstreamError(ErrorKind.BAD_REQUEST, message, 400, param="reasoning_effort")
    if version(model) < 3:
        return _by_budget(_BUDGETS[effort], call, model)
    level = _LEVELS[effort]
    if is_pro(model) and level in ("minimal", "medium"):
        level = _pro_level(level, model)
    if effort == "none":
        call.warnings.append("this model always thinks: asked for as little as it can")
        return {"thinkingLevel": level.upper()}
    return {"thinkingLevel": level.upper(), "includeThoughts": True}


def _pro_level(level: str, model: str) -> str:
    """The pro models think a little at least, and the first of them knew no middle."""
    if level == "minimal":
        return "low"
    return "high" if version(model) == 3.0 else "medium"


def _by_budget(budget: int, call: Call, model: str) -> Json:
    if version(model) >= 3:
        effort = effort_of({"type": "enabled", "budget_tokens": budget}) if budget else "none"
        return _by_effort(effort, call, model)
    least, most = _PRO if is_pro(model) else _LITE if "lite" in model else _FLASH
    if budget == 0 and not is_pro(model):
        return {"thinkingBudget": 0}
    bounded = min(max(budget, least), most)
    if bounded != budget:
        call.warnings.append(f"the thinking budget is {bounded} tokens: {budget} is beyond what this model takes")
    return {"thinkingBudget": bounded, "includeThoughts": budget != 0}
