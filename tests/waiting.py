"""Waiting for something to come true, with a deadline; tests never sleep and hope."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], within: float = 10.0, every: float = 0.02) -> T:
    """Call `probe` until its answer is true, and give that; fail after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"not within {within} s; last answer: {answer!r}"
        time.sleep(every)
    return answer
