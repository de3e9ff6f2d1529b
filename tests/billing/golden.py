"""Usages with the prices that the makers of `genai-prices` state for them (pydantic/genai-prices, MIT).

A sample is in golden_usages.json; the whole collection is checked where it lies beside the repository.
"""

import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLE = HERE / "golden_usages.json"
WHOLE = HERE.parents[2] / "shared/data/prices/genai-prices_2026-08-21_usages_golden.json.gz"
STATED_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)  # some prices changed later


@dataclass(frozen=True)
class Golden:
    """One usage object at one provider."""

    provider: str
    model: str
    usage: dict[str, Any]
    dollars: Decimal


def sample() -> list[Golden]:
    rows = json.loads(SAMPLE.read_text())
    return [Golden(row["provider"], row["model"], row["usage"], Decimal(row["dollars"])) for row in rows]


def whole() -> list[Golden]:
    """Those of OpenAI's shape: chat completions and embeddings."""
    found = []
    for row in json.loads(gzip.decompress(WHOLE.read_bytes())):
        usage = row["body"].get("usage")
        if not isinstance(usage, dict) or "prompt_tokens" not in usage:
            continue
        flavors = {"chat", "default"} if "completion_tokens" in usage else {"embeddings"}
        for extracted in row["extracted"]:
            for stated in extracted["extractors"]:
                if stated["api_flavor"] in flavors and "input_price" in stated:
                    dollars = Decimal(stated["input_price"]) + Decimal(stated["output_price"])
                    found.append(Golden(stated["provider_id"], row["model"], usage, dollars))
    return found
