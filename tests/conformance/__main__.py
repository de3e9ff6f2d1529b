"""`python -m tests.conformance [DIR]`: runs every recorded exchange, prints a table, fails on any failure."""

import os
import sys
import traceback
from collections import Counter, defaultdict
from pathlib import Path

os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "/tmp")

from tests.conformance import answers
from tests.conformance.exceptions import excepted
from tests.conformance.exchanges import ENDPOINTS, Exchange, read

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "wire" / "dev"
SHOWN = 40  # failures in words


def main() -> int:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    table: dict[str, Counter[str]] = defaultdict(Counter)
    told: list[str] = []
    reasons: Counter[str] = Counter()
    for exchange in read(directory):
        reason = excepted(exchange)
        wrong = [] if reason else check(exchange)
        result = "excepted" if reason else "failed" if wrong else "passed"
        reasons[reason or ""] += bool(reason)
        table[f"{exchange.provider} {exchange.endpoint}"][result] += 1
        told += [f"{exchange}: {line}" for line in wrong]
    report(table, told, reasons)
    totals = sum(table.values(), Counter())
    print(f"conformance: {totals['passed']} passed, {totals['failed']} failed, {totals['excepted']} excepted")
    return 1 if totals["failed"] or not totals["passed"] else 0


def check(exchange: Exchange) -> list[str]:
    """What is wrong with one exchange."""
    try:
        return list(answers.failures(exchange))
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"]


def report(table: dict[str, Counter[str]], told: list[str], reasons: Counter[str]) -> None:
    print(f"{'provider and endpoint':44} {'passed':>7} {'failed':>7} {'excepted':>9}")
    for name, counts in sorted(table.items()):
        print(f"{name:44} {counts['passed']:7} {counts['failed']:7} {counts['excepted']:9}")
    for line in told[: int(os.environ.get("SHOWN", SHOWN))]:
        print(f"  {line[:600]}")
    for reason, number in reasons.items():
        if number:
            print(f"  {number} excepted: {reason}")


if __name__ == "__main__":
    assert ENDPOINTS
    sys.exit(main())
