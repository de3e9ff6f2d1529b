"""How much to think, as each generation of models takes it."""

from typing import Any

import pytest

from routing.wire.contract import Json, UpstreamError
from tests.routing.providers.gemini.exchanges import PROMPT, sent
from tests.routing.providers.gemini.sdk import check_request

FLASH, PRO, LITE, NEW, NEW_PRO = (
    "gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite", "gemini-3-flash-preview", "gemini-3-pro-preview"
)  # fmt: skip


def thinking(model: str, **fields: Any) -> tuple[Json | None, list[str]]:
    body, warnings = sent({**PROMPT, **fields}, model)
    check_request(body)
    return body.get("generationConfig", {}).get("thinkingConfig"), warnings


def budget(tokens: int, told: bool = True) -> Json:
    return {"thinkingBudget": tokens, **({"includeThoughts": told} if tokens else {})}


@pytest.mark.parametrize(
    ("model", "effort", "config"),
    [
        (FLASH, "none", budget(0)), (FLASH, "minimal", budget(1024)), (FLASH, "low", budget(1024)),
        (FLASH, "medium", budget(8192)), (FLASH, "high", budget(24576)), (FLASH, "xhigh", budget(24576)),
        (PRO, "xhigh", budget(32768)), (PRO, "none", budget(128, told=False)),
        (NEW, "none", {"thinkingLevel": "MINIMAL"}),
        (NEW, "medium", {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
        (NEW_PRO, "minimal", {"thinkingLevel": "LOW", "includeThoughts": True}),
        (NEW_PRO, "medium", {"thinkingLevel": "HIGH", "includeThoughts": True}),
        ("gemini-3.1-pro-preview", "medium", {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
        ("gemini-flash-latest", "high", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ],
)  # fmt: skip
def test_effort(model: str, effort: str, config: Json) -> None:
    assert thinking(model, reasoning_effort=effort)[0] == config
    assert thinking(model, reasoning={"effort": effort})[0] == config


@pytest.mark.parametrize(
    ("model", "wanted", "config"),
    [
        (FLASH, {"type": "enabled", "budget_tokens": 5000}, budget(5000)),
        (FLASH, {"type": "enabled", "budget_tokens": 99_999}, budget(24576)),
        (LITE, {"type": "enabled", "budget_tokens": 100}, budget(512)),
        (FLASH, {"type": "disabled"}, budget(0)),
        (FLASH, {"type": "adaptive"}, {"includeThoughts": True}),
        (NEW, {"type": "enabled", "budget_tokens": 16_384}, {"thinkingLevel": "HIGH", "includeThoughts": True}),
        (NEW, {"type": "disabled"}, {"thinkingLevel": "MINIMAL"}),
    ],
)  # fmt: skip
def test_budgets(model: str, wanted: Json, config: Json) -> None:
    assert thinking(model, thinking=wanted)[0] == config


def test_what_is_not_quite_what_was_asked_for_is_told() -> None:
    assert "beyond" in thinking(FLASH, thinking={"type": "enabled", "budget_tokens": 99_999})[1][0]
    assert "always thinks" in thinking(NEW, reasoning_effort="none")[1][0]
    config, warnings = thinking("gemini-2.0-flash", reasoning_effort="high")
    assert config is None and "does not think" in warnings[0]


def test_nothing_is_said_where_nothing_was_asked() -> None:
    assert thinking(FLASH) == (None, [])


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(UpstreamError) as caught:
        thinking(FLASH, reasoning_effort="lots")
    assert caught.value.param == "reasoning_effort"
