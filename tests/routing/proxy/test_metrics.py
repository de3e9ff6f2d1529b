"""What the journal has to tell reaches the metrics."""

from dataclasses import fields
from pathlib import Path

import pytest

from billing.dataplane.journal import Journal, JournalStats
from routing.proxy.metrics import JOURNAL, write_down

HEALTHY = {"appended", "shipped"}  # what goes well is counted as requests already


@pytest.mark.parametrize("name", sorted({field.name for field in fields(JournalStats)} - HEALTHY))
def test_every_trouble_of_the_journal_is_shown(tmp_path: Path, name: str) -> None:
    journal = Journal(tmp_path, "test")
    setattr(journal.stats, name, 7)

    write_down(journal)

    [metric] = JOURNAL[name].collect()
    assert [(sample.value, set(sample.labels) - {"pid"}) for sample in metric.samples] == [(7.0, set())]
    write_down(Journal(tmp_path, "healthy"))
