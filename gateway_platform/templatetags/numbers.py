"""How amounts are written on pages: dollars, counts, durations, changes. Never a raw None: a dash."""

from decimal import Decimal

from django import template

register = template.Library()
NONE = "–"


@register.filter
def dollars(value: Decimal | float | None) -> str:
    """$1,234, $12.30, $0.0042: as many digits as say something."""
    if value is None:
        return NONE
    amount = Decimal(value)
    if amount == 0:
        return "$0"
    size = abs(amount)
    if size >= 1:
        return f"${amount:,.0f}" if size >= 10_000 else f"${amount:,.2f}"
    digits = 2 - size.adjusted()  # three that count
    text = f"${amount:.{digits}f}".rstrip("0")
    return text.ljust(text.index(".") + 3, "0")


@register.filter
def count(value: int | None) -> str:
    """1,234, and 1.2 M from a million on."""
    if value is None:
        return NONE
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M")):
        if abs(value) >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + f" {letter}"
    return f"{value:,}"


@register.filter
def milliseconds(value: float | None) -> str:
    """850 ms, 1.24 s, 2 min 5 s."""
    if value is None:
        return NONE
    if value < 1000:
        return f"{value:.0f} ms"
    seconds = value / 1000
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


@register.filter
def percent(value: float | None) -> str:
    """A share between 0 and 1."""
    if value is None:
        return NONE
    share = value * 100
    return f"{share:.0f} %" if share == 0 or share >= 10 else f"{share:.2f} %" if share < 1 else f"{share:.1f} %"


@register.filter
def or_dash(value: object) -> object:
    return NONE if value in (None, "") else value


@register.filter
def words(name: str) -> str:
    """cached_input → cached input"""
    return name.replace("_", " ")


@register.filter
def nano_dollars(value: int | None) -> str:
    """The data plane's unit of money, as dollars."""
    return NONE if value is None else dollars(Decimal(value) / 1_000_000_000)
