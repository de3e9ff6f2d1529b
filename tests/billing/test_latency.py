"""Percentiles read from the histogram stay within a bucket's width of the true ones."""

from collections import Counter

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from billing.dataplane.ledger_sql import BUCKET
from billing.latency import Latency, latency_of, percentile


def bucket_of(ms: int) -> int:
    """floor(8 × log2(ms)) by comparing whole numbers, as no logarithm can be wrong."""
    ms = max(ms, 1)
    bucket = 0
    while 2 ** (bucket + 1) <= ms**8:
        bucket += 1
    return bucket


@given(durations=st.lists(st.integers(1, 600_000), min_size=1), share=st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_within_its_bucket(durations: list[int], share: float) -> None:
    histogram = Counter(bucket_of(ms) for ms in durations)
    ordered = sorted(durations)
    true = next(ms for place, ms in enumerate(ordered, 1) if place >= share * len(ordered))
    told = percentile(histogram, share)
    assert told is not None
    assert true / 1.0906 <= told <= true * 1.0906  # an eighth of a doubling


def test_nothing_measured_has_no_percentile() -> None:
    assert latency_of({}) == Latency(None, None, 0)


@pytest.mark.parametrize("count", [1, 1000])
def test_equal_durations_lie_in_one_bucket(count: int) -> None:
    latency = latency_of({bucket_of(1000): count})
    assert latency.requests == count
    assert latency.p50 == pytest.approx(1000, rel=0.09)


@pytest.mark.django_db
def test_the_database_puts_durations_into_the_same_buckets() -> None:
    """Powers of two are the edges that a logarithm may miss."""
    durations = [0, 1, 2, 3, *(2**power + step for power in range(2, 31) for step in (-1, 0, 1))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {BUCKET}::int FROM unnest(%s::bigint[]) AS ms", [durations])  # noqa: S608
        assert [bucket for (bucket,) in cursor.fetchall()] == [bucket_of(ms) for ms in durations]
