"""The journal's own promises: whole lines, cheap, never an exception into a request."""

import os
from pathlib import Path

import orjson
import pytest

from billing.dataplane.journal import HELD_BYTES, Journal
from billing.dataplane.segment import adopt_segments
from tests.billing.events import make_event


def lines_of(journal: Journal) -> list[dict]:
    """Everything in the journal's files."""
    return [orjson.loads(line) for segment in journal.segments() for line in segment.path.open("rb")]


def test_an_event_is_in_the_file_when_append_returns(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "made" / "for it", "host-1")
    event = make_event()
    journal.append(event)
    assert lines_of(journal) == [event]
    assert journal.pending_bytes == journal.segments()[0].path.stat().st_size


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", "host-1")
    [segment] = journal.segments()
    assert segment.path.stat().st_mode & 0o777 == 0o600
    assert segment.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_living_worker_keeps_its_files(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.append(make_event())
    assert adopt_segments(tmp_path) == []


def test_a_worker_of_the_same_name_takes_the_next_number(tmp_path: Path) -> None:
    """In a container every worker may have the same process id, life after life."""
    first, second = Journal(tmp_path, "host-1"), Journal(tmp_path, "host-1")
    assert first.segments()[0].path != second.segments()[0].path


@pytest.mark.parametrize("torn", [b"", b'{"id":', b"x" * 200_000])
def test_a_dead_workers_whole_lines_are_adopted_and_a_torn_one_is_not(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "host-1-1.jsonl"
    path.write_bytes(b'{"a":1}\n{"a":2}\n' + torn)
    [segment] = adopt_segments(tmp_path)
    assert segment.read(1 << 20) == b'{"a":1}\n{"a":2}\n'


def test_reading_never_cuts_a_line(tmp_path: Path) -> None:
    (tmp_path / "host-1-1.jsonl").write_bytes(b"".join(b"%d\n" % 10**size for size in range(40)))
    [segment] = adopt_segments(tmp_path)
    read = b""
    while segment.pending:
        lines = segment.read(16)
        assert lines.endswith(b"\n")
        segment.shipped += len(lines)
        read += lines
    assert read == segment.path.read_bytes()


def test_a_file_that_was_cut_from_outside_is_an_error_not_an_endless_loop(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.append(make_event())
    [segment] = journal.segments()
    os.truncate(segment.path, 0)
    with pytest.raises(OSError, match="cut short"):
        segment.read(100)


@pytest.mark.parametrize(
    "changes",
    [
        {"error_message": "half a pair: \ud83d"},
        {"input_tokens": 2**70},
        {"tags": {4711: "a number as the key"}},
        {"tags": {"object": object()}},
    ],
)
def test_what_orjson_refuses_is_written_all_the_same(tmp_path: Path, changes: dict) -> None:  # B2
    journal = Journal(tmp_path, "host-1")
    event = make_event(**changes)
    journal.append(event)
    [line] = lines_of(journal)
    assert line["id"] == event["id"]
    assert journal.stats.lost == 0


def test_nul_characters_are_taken_out(tmp_path: Path) -> None:  # B2
    journal = Journal(tmp_path, "host-1")
    journal.append(make_event(end_user="nul \0 here", tags={"k\0": "v\0"}, error_message="\\u0000 is none"))
    [line] = lines_of(journal)
    assert (line["end_user"], line["tags"], line["error_message"]) == ("nul  here", {"k": "v"}, "\\u0000 is none")


def test_what_no_json_can_hold_is_counted(tmp_path: Path) -> None:  # B2
    journal = Journal(tmp_path, "host-1")
    event = make_event()
    event["tags"]["itself"] = event  # type: ignore[index]
    journal.append(event)
    assert journal.stats.lost == 1


class FullDisk:
    """`os.write` on a disk with so many bytes left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, fd: int, data: bytes) -> int:
        if not self.left:
            raise OSError(28, "No space left on device")
        written = self._write(fd, data[: self.left])
        self.left -= written
        return written


@pytest.mark.parametrize("left", [0, 1, 500])
def test_a_full_disk_fails_no_request_and_tears_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    journal = Journal(tmp_path, "host-1")
    events = [make_event() for _ in range(4)]
    journal.append(events[0])
    disk = FullDisk(monkeypatch)
    disk.left = left
    journal.append(events[1])
    journal.append(events[2])
    assert (journal.stats.write_errors, journal.stats.held) == (2, 2)
    disk.left = 1 << 20
    journal.append(events[3])
    journal.retry_held()
    assert journal.stats.held == 0
    assert {line["id"] for line in lines_of(journal)} == {event["id"] for event in events}


def test_memory_for_a_full_disk_is_bounded_and_the_loss_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, "host-1")
    FullDisk(monkeypatch)
    big = "x" * (HELD_BYTES // 3)
    for _ in range(4):
        journal.append(make_event(error_message=big))
    assert (journal.stats.held, journal.stats.lost) == (2, 2)


def test_a_long_file_is_followed_by_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.dataplane.journal.SEGMENT_BYTES", 3000)
    journal = Journal(tmp_path, "host-1")
    events = [make_event() for _ in range(9)]
    for event in events:
        journal.append(event)
        journal.tidy()
    assert len(journal.segments()) > 2
    assert lines_of(journal) == events


def test_a_long_outage_opens_no_end_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.dataplane.journal.SEGMENT_BYTES", 1)
    monkeypatch.setattr("billing.dataplane.journal.MOST_SEGMENTS", 3)
    journal = Journal(tmp_path, "host-1")
    for _ in range(10):
        journal.append(make_event())
        journal.tidy()
    assert len(journal.segments()) == 4
    assert len(lines_of(journal)) == 10


def test_nothing_is_written_elsewhere_after_close(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", "host-1")
    journal.close()
    other = (tmp_path / "other").open("wb")  # likely gets the number that the journal's file had
    journal.append(make_event())
    assert os.fstat(other.fileno()).st_size == 0
    assert journal.stats.held == 1
