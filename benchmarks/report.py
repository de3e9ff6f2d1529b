"""Turns figures into ratios, a table, and the generated part of docs/benchmarks.md."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.servers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Ratio:
    """One figure divided by another, round by round: taken in the same minute, so drift falls on both."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, over: Sequence[float], under: Sequence[float]) -> "Ratio":
        """The ratio of two series of rounds; raises ValueError if they are not equally long."""
        rounds = [a / b for a, b in zip(over, under, strict=True)]
        return cls(statistics.median(rounds), min(rounds), max(rounds))

    def __str__(self) -> str:
        digits = 2 if self.median < 10 else 0
        return f"{self.median:.{digits}f} ({self.lowest:.{digits}f}–{self.highest:.{digits}f})"


@dataclass(frozen=True)
class Target:
    """What a ratio has to keep: at most, or at least."""

    name: str
    ratio: Ratio
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the median keeps it."""
        return self.ratio.median >= self.limit if self.at_least else self.ratio.median <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        verdict = "met" if self.met else "missed"
        return f"{self.name}: {self.ratio}, {bound} {self.limit:g} wanted: {verdict}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns, fit for a terminal too; the first column is text, the rest figures."""
    widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [header, rule, *rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *figures = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join([first, *(figure.strip().rjust(len(figure)) for figure in figures)])} |"


def series(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """The median of some rounds."""
    return f"{statistics.median(values):.{digits}f} {unit}"


def machine() -> str:
    """What the figures are measured on, and how busy it is: call it before there is any load of ours."""
    names = [line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")]
    cpu = names[0] if names else platform.machine()
    today = datetime.now(UTC).date()
    return (
        f"Measured {today} on {cpu}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"load average before the start: {os.getloadavg()[0]:.1f}."
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Replaces what stands between the page's two marks of that name."""
    begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    if not rest or end not in rest:
        raise ValueError(f"{page} has no section {name}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
