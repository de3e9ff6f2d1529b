"""Ratios, the table and the page's generated parts."""

from pathlib import Path

import pytest

from benchmarks.report import Ratio, Target, table, write_section
from benchmarks.trial import percentile


def test_ratio_is_taken_round_by_round() -> None:
    # The machine was slow in the second round, for both.
    ratio = Ratio.of([3.0, 30.0, 4.5], [2.0, 20.0, 3.0])
    assert (ratio.median, ratio.lowest, ratio.highest) == (1.5, 1.5, 1.5)
    assert str(Ratio.of([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])) == "2.00 (1.00–3.00)"
    with pytest.raises(ValueError, match="longer"):
        Ratio.of([1.0], [1.0, 2.0])


def test_targets_bind_in_their_direction() -> None:
    ratio = Ratio.of([3.0], [2.0])
    assert Target("cost", ratio, 1.5).met
    assert not Target("cost", ratio, 1.4).met
    assert Target("speed", ratio, 1.5, at_least=True).met
    missed = Target("speed", ratio, 4, at_least=True)
    assert not missed.met
    assert str(missed) == "speed: 1.50 (1.50–1.50), at least 4 wanted: missed"


def test_table_is_aligned() -> None:
    text = table(("", "bare"), [("CPU", "0.2 ms"), ("memory", "45 MiB")])
    assert text.splitlines() == [
        "|        |   bare |",
        "| ------ | -----: |",
        "| CPU    | 0.2 ms |",
        "| memory | 45 MiB |",
    ]


def test_percentile_is_one_of_the_values() -> None:
    assert percentile([float(n) for n in range(1, 201)], 99) == 199.0
    assert percentile([5.0], 99) == 5.0


def test_only_the_named_section_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("top\n<!-- generated: a -->\nold\n<!-- end: a -->\nbottom\n")
    write_section("a", "new", page)
    write_section("a", "newer", page)
    assert page.read_text() == "top\n<!-- generated: a -->\n\nnewer\n\n<!-- end: a -->\nbottom\n"
    with pytest.raises(ValueError, match="no section b"):
        write_section("b", "text", page)
