"""One exchange, one line in the totals: it passes when its answer and its request both hold."""

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance import answers, requests
from tests.conformance.exceptions import excepted
from tests.conformance.exchanges import Exchange


@dataclass
class Report:
    """What came of some exchanges."""

    table: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)  # why exchanges were excepted

    def add(self, exchange: Exchange) -> None:
        reason = excepted(exchange)
        wrong = [] if reason else failures(exchange)
        result = "excepted" if reason else "failed" if wrong else "passed"
        self.reasons[reason] += bool(reason)
        self.table[f"{exchange.provider} {exchange.endpoint}"][result] += 1
        self.wrong += [f"{exchange}: {line}" for line in wrong]

    def merge(self, other: "Report") -> None:
        for name, counts in other.table.items():
            self.table[name] += counts
        self.wrong += other.wrong
        self.reasons += other.reasons

    @property
    def totals(self) -> Counter[str]:
        return sum(self.table.values(), Counter())

    @property
    def holds(self) -> bool:
        return bool(self.totals["passed"]) and not self.totals["failed"]

    @property
    def last_line(self) -> str:
        passed, failed, excepted = (self.totals[result] for result in ("passed", "failed", "excepted"))
        return f"conformance: {passed} passed, {failed} failed, {excepted} excepted"


def report_of(exchanges: Iterable[Exchange]) -> Report:
    report = Report()
    for exchange in exchanges:
        report.add(exchange)
    return report


def failures(exchange: Exchange) -> list[str]:
    """What is wrong with one exchange, in words; a crash of the gateway's is that too."""
    return [*_caught("answer", answers.failures, exchange), *_caught("request", requests.failures, exchange)]


def _caught(side: str, check: Callable[[Exchange], Iterable[str]], exchange: Exchange) -> list[str]:
    try:
        return [f"{side} {line}" for line in check(exchange)]
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{side}: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"]
