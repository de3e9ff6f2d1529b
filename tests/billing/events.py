"""Usage events for tests."""

import itertools
import time
from typing import Any
from uuid import uuid4

from billing.dataplane.event import Event

_organizations = itertools.count(1_000_000)


def new_organization_id() -> int:
    """An organisation that no other test of this process uses."""
    return next(_organizations)


def make_event(**changes: Any) -> Event:
    """An ordinary event of now, with some fields changed."""
    event: Event = {
        "id": str(uuid4()),
        "at": time.time_ns() // 1000,
        "request_id": f"req_{uuid4().hex}",
        "organization_id": 1,
        "organization": "acme",
        "team_id": 2,
        "team": "search",
        "key_id": 3,
        "key": "search-prod",
        "end_user": "",
        "tags": {"cost_center": "4711"},
        "endpoint": "chat",
        "requested_model": "fast",
        "route": "fast",
        "provider": "openai-main",
        "provider_kind": "openai",
        "deployment_id": 4,
        "deployment": "mini",
        "model": "gpt-4o-mini",
        "stream": False,
        "outcome": "ok",
        "status": 200,
        "error_code": "",
        "error_message": "",
        "attempts": [],
        "input_tokens": 1200,
        "cached_input_tokens": 200,
        "cache_write_tokens": 0,
        "input_audio_tokens": 0,
        "output_tokens": 300,
        "reasoning_tokens": 0,
        "output_audio_tokens": 0,
        "usage_source": "provider",
        "cost_nano": 345_000,
        "list_cost_nano": 360_000,
        "unpriced": False,
        "price": {"source": "test"},
        "duration_ms": 900,
        "first_token_ms": None,
        "worker": "test",
    }
    event.update(changes)  # type: ignore[typeddict-item]
    return event
