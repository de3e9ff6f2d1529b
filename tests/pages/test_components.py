"""The pieces of pages: numbers as people read them, icons that exist, markup that a strict policy allows."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError

from gateway_platform.navigation import MENU
from gateway_platform.templatetags import numbers
from tenants.fields import LinesField, PairsField

TEMPLATES = Path("templates")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "–"), (Decimal(0), "$0"), (Decimal("0.000000001"), "$0.000000001"), (Decimal("0.00042"), "$0.00042"),
        (Decimal("0.6"), "$0.60"), (Decimal("0.12345"), "$0.123"), (Decimal("3.5"), "$3.50"), (12.345, "$12.35"),
        (Decimal("12345.6"), "$12,346"), (Decimal("-0.5"), "$-0.50"),
    ],
)  # fmt: skip
def test_dollars(amount: Decimal | None, text: str) -> None:
    assert numbers.dollars(amount) == text


@pytest.mark.parametrize(
    ("number", "text"), [(None, "–"), (0, "0"), (1234, "1,234"), (1_500_000, "1.5 M"), (2_000_000_000, "2 B")]
)
def test_count(number: int | None, text: str) -> None:
    assert numbers.count(number) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, "–"), (0, "0 ms"), (999.4, "999 ms"), (1240, "1.24 s"), (12_400, "12.4 s"), (125_000, "2 min 5 s")],
)
def test_milliseconds(ms: float | None, text: str) -> None:
    assert numbers.milliseconds(ms) == text


@pytest.mark.parametrize(("share", "text"), [(0, "0 %"), (0.0042, "0.42 %"), (0.042, "4.2 %"), (0.42, "42 %")])
def test_percent(share: float, text: str) -> None:
    assert numbers.percent(share) == text


def test_pairs_go_both_ways() -> None:
    field = PairsField(separator=":")
    pairs = {"X-Team": "search", "X-Url": "https://a.example/b"}
    assert field.clean(field.prepare_value(pairs)) == pairs
    with pytest.raises(ValidationError):
        field.clean("no separator")


def test_lines_drop_what_is_empty_or_twice() -> None:
    assert LinesField().clean("a, b\n\nb\nc ") == ["a", "b", "c"]


def test_every_icon_exists() -> None:
    named = {
        name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'{% icon "([a-z0-9-]+)"', file.read_text())
    }
    named |= {entry.icon for entries in MENU.values() for entry in entries}
    assert {name for name in named if finders.find(f"vendor/icons/{name}.svg") is None} == set()


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=str)
def test_no_inline_script_style_or_handler(file: Path) -> None:
    assert INLINE.findall(file.read_text()) == []
