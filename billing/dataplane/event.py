"""The shape of a usage event: what the proxy journals, and the database makes a ledger row of."""

from collections.abc import Mapping
from typing import Any, TypedDict

import orjson


class Attempt(TypedDict):
    """One call to a provider."""

    deployment: str
    provider: str
    model: str
    status: int  # 0: no answer
    error: str
    ms: int
    cost: int  # nano-dollars


class Caller(TypedDict):
    """Who called: the same for every event of a key."""

    organization_id: int
    organization: str
    team_id: int | None
    team: str
    key_id: int | None
    key: str
    tags: Mapping[str, str]


class Answerer(TypedDict):
    """Who answered: the same for every event of a deployment."""

    provider: str
    provider_kind: str
    deployment_id: int | None
    deployment: str
    model: str
    price: dict[str, Any] | None


class Request(TypedDict):
    """What is a request's own: money as whole nano-dollars and time as whole microseconds."""

    id: str  # a UUID: the database keeps one row an id, however often it is shipped
    at: int  # when the request came in: microseconds since 1970, UTC
    request_id: str
    end_user: str

    endpoint: str
    requested_model: str
    route: str
    stream: bool

    outcome: str  # ok, error, aborted, truncated
    status: int
    error_code: str
    error_message: str
    attempts: list[Attempt]

    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    input_audio_tokens: int
    output_tokens: int
    reasoning_tokens: int
    output_audio_tokens: int
    usage_source: str  # provider, estimate, none

    cost_nano: int
    list_cost_nano: int
    unpriced: bool

    duration_ms: int
    first_token_ms: int | None
    worker: str


class Event(Caller, Answerer, Request):
    """The columns of UsageEvent."""


def members(known: Caller | Answerer) -> bytes:
    """Columns as JSON without the braces: encoded once, for all the events that share them."""
    return orjson.dumps(known)[1:-1]
