"""How a figure differs from the one before: in words, and whether that is good or bad news."""

from dataclasses import dataclass
from decimal import Decimal

Number = int | float | Decimal


@dataclass(frozen=True)
class Change:
    """``mood``: good, bad, or nothing where more is neither."""

    text: str
    mood: str = ""


def change(now: Number | None, before: Number | None, *, more_is: str = "") -> Change | None:
    """In percent; None where there is nothing to compare with. ``more_is``: bad, or nothing."""
    if now is None or not before:
        return None
    share = float(now) / float(before) - 1
    if abs(share) < 0.005:
        return Change("No change")
    mood = "" if not more_is else "bad" if share > 0 else "good"
    return Change(_in_words(share), mood)


def _in_words(share: float) -> str:
    if share < 9:
        return f"{share:+.0%}".replace("-", "−").replace("%", " %")
    return f"×{share + 1:.0f}" if share < 99 else "over ×100"
