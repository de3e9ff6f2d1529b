"""`python -m tests.conformance [DIR]`: runs every recorded exchange, prints a table, fails on any failure."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "/tmp")

from tests.conformance.exchanges import exchange_in, lines_in
from tests.conformance.suite import Report, report_of

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "wire" / "dev"
SAMPLES = Path(__file__).resolve().parents[1] / "cassettes"
SHOWN = 40  # failures in words
SHARE = 50  # exchanges that a process takes at a time


def main() -> int:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED
    if not directory.is_dir() and directory == RECORDED:
        print(f"There is no recorded traffic at {directory}: these are the samples of tests/cassettes alone.")
        directory = SAMPLES
    report = run(directory)
    show(report)
    if not report.table:
        print(f"There are no exchanges in {directory}.")
    print(report.last_line)
    return 0 if report.holds else 1


def run(directory: Path) -> Report:
    """All of a folder, in as many processes as there are processors; told in the order of the files."""
    report = Report()
    with ProcessPoolExecutor() as processes:
        for share in processes.map(report_of_lines, shares(lines_in(directory), SHARE)):
            report.merge(share)
    return report


def report_of_lines(lines: list[bytes]) -> Report:
    return report_of(map(exchange_in, lines))


def shares(lines: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while share := list(islice(lines, size)):
        yield share


def show(report: Report) -> None:
    print(f"{'provider and endpoint':44} {'passed':>7} {'failed':>7} {'excepted':>9}")
    for name, counts in sorted(report.table.items()):
        print(f"{name:44} {counts['passed']:7} {counts['failed']:7} {counts['excepted']:9}")
    for line in report.wrong[: int(os.environ.get("SHOWN", SHOWN))]:
        print(f"  {line[:600]}")
    for reason, number in sorted(report.reasons.items()):
        if number:
            print(f"  {number} excepted: {reason}")


if __name__ == "__main__":
    sys.exit(main())
