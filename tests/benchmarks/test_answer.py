"""The reader of answers: the end is found and events are counted wherever the bytes are cut."""

import random

import pytest

from benchmarks.answer import Answer
from benchmarks.payloads import CHUNKS
from benchmarks.upstream import ANSWER, WRITES

STREAM = b"".join(WRITES[True])
CUTS = {"whole": 10**6, "bytes": 1, "odd": 7}


def read(data: bytes, size: int) -> Answer:
    answer = Answer()
    for start in range(0, len(data), size):
        assert not answer.whole
        answer.feed(data[start : start + size])
    return answer


@pytest.mark.parametrize("size", CUTS.values(), ids=CUTS)
def test_stream_is_read_wherever_it_is_cut(size: int) -> None:
    answer = read(STREAM, size)
    assert answer.whole
    assert answer.events == CHUNKS + 2  # finish reason and usage
    assert answer.problem(stream=True) is None


@pytest.mark.parametrize("size", CUTS.values(), ids=CUTS)
def test_whole_answer_is_read_wherever_it_is_cut(size: int) -> None:
    answer = read(ANSWER, size)
    assert answer.whole
    assert answer.problem(stream=False) is None


def test_answer_is_not_whole_before_its_last_byte() -> None:
    cut = random.randrange(1, len(STREAM))
    assert not read(STREAM[:cut], 10**6).whole
    assert not read(ANSWER[:-1], 10**6).whole


def test_failures_are_told() -> None:
    refused = b'HTTP/1.1 500 Oops\r\ncontent-length: 5\r\n\r\n"bad"'
    assert "bad" in (read(refused, 10**6).problem(stream=False) or "")
    short = STREAM.replace(b"[DONE]", b"[GONE]")
    assert "GONE" in (read(short, 10**6).problem(stream=True) or "")
