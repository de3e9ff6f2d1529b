"""How much a model is to think: OpenAI's effort as a word, others' budget in tokens."""

from typing import Any

from routing.wire.contract import Json

# Tokens for each effort, about what providers' own OpenAI endpoints take them for.
BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 32_000}
SMALLEST_BUDGET = 1024


def budget_of(effort: str) -> int:
    """Tokens for an effort; of an unknown word those of "medium"."""
    return BUDGETS.get(effort, BUDGETS["medium"])


def effort_of(thinking: Any) -> str | None:
    """The effort that a `thinking` field stands for; None if it says nothing of how much."""
    if not isinstance(thinking, dict):
        return None
    if thinking.get("type") == "disabled":
        return "none"
    budget = thinking.get("budget_tokens")
    if thinking.get("type") != "enabled" or not isinstance(budget, int):
        return None
    reached = [effort for effort, tokens in BUDGETS.items() if tokens <= budget and effort != "minimal"]
    return reached[-1] if reached else "low"


def wanted_effort(chat: Json) -> str | None:
    """The effort that a request in the internal form asks for, in either of its words."""
    effort = chat.get("reasoning_effort")
    return effort if isinstance(effort, str) else effort_of(chat.get("thinking"))
