"""The usage ledger and what is summed from it."""

from billing.models.rollup import LatencyRollup, UsageRollup
from billing.models.usage import Outcome, UsageEvent

__all__ = ["LatencyRollup", "Outcome", "UsageEvent", "UsageRollup"]
