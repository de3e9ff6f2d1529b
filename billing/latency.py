"""Percentiles out of the histogram of LatencyRollup, whose buckets are an eighth of a doubling wide."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """Milliseconds, within five per cent; None where nothing was measured."""

    p50: float | None
    p95: float | None
    requests: int


def latency_of(histogram: Mapping[int, int]) -> Latency:
    """What a histogram (bucket → requests) says."""
    return Latency(percentile(histogram, 0.50), percentile(histogram, 0.95), sum(histogram.values()))


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The duration in ms that this share of requests did not exceed, interpolated inside its bucket."""
    rank = share * sum(histogram.values())
    below = 0
    for bucket in sorted(histogram):
        count = histogram[bucket]
        if count and below + count >= rank:
            return float(2 ** ((bucket + (rank - below) / count) / 8))
        below += count
    return None
