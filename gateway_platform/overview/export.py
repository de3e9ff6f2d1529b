"""The request log as CSV: the filtered rows, read in pages; neither memory nor a database connection is held."""

import csv
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from billing.models import UsageEvent
from gateway_platform.overview.keyset import page_of

COLUMNS = [
    "id", "at", "request_id", "team", "key", "end_user", "endpoint", "requested_model", "route", "provider",
    "deployment", "model", "stream", "outcome", "status", "error_code", "error_message", "input_tokens",
    "cached_input_tokens", "cache_write_tokens", "input_audio_tokens", "output_tokens", "reasoning_tokens",
    "output_audio_tokens", "usage_source", "cost", "list_cost", "unpriced", "duration_ms", "first_token_ms",
    "tags",
]  # fmt: skip
BATCH = 2000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


async def csv_lines(events: QuerySet[UsageEvent]) -> AsyncIterator[str]:
    """The header, then the rows in chunks, newest first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    events, cursor = events.only(*COLUMNS), None
    while True:
        page = await sync_to_async(page_of)(events, before=cursor, after=None, size=BATCH)
        yield "".join(writer.writerow([_cell(getattr(event, name)) for name in COLUMNS]) for event in page.rows)
        cursor = page.older
        if cursor is None:
            return


def _cell(value: Any) -> Any:
    """As a spreadsheet should read it: a text that looks like a formula is marked as text."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value.isoformat() if hasattr(value, "isoformat") else value
