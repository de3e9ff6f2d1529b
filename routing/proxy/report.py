"""What is left of a request when it is over: its row in the ledger, its metrics, its log line."""

import os
import time
from functools import lru_cache

from billing.dataplane.cost import Price, cost_of
from billing.dataplane.event import Answerer, Attempt, Caller, Request, members
from billing.dataplane.journal import Journal
from billing.dataplane.usage import NO_USAGE, Usage
from routing.proxy.exchange import AttemptRecord, Exchange
from routing.proxy.log import RequestLog
from routing.proxy.metrics import TALLY
from tenants.dataplane.records import KeyRecord, OrganizationRecord

WORKER = f"{os.uname().nodename}-{os.getpid()}"
NOBODY = members(Answerer(provider="", provider_kind="", deployment_id=None, deployment="", model="", price=None))


def charge(usage: Usage, price: Price | None) -> tuple[int, bool]:
    """Nano-dollars for a usage, and whether that figure cannot be relied on: no price, or counts that cannot be."""
    if usage.absurd:
        return 0, True
    if usage.is_empty:
        return 0, False
    if price is None:
        return 0, True
    # What is charged by the search alone, and nobody says at what price.
    unknown = not (usage.input_tokens or usage.output_tokens or price.per_search or price.per_request)
    return cost_of(usage, price), (unknown or usage.doubtful) and not price.is_nothing


def settle(exchange: Exchange, journal: Journal, log: RequestLog) -> None:
    """Usage → cost → journal → metrics → log, once a request, before its last byte goes out. Never waits."""
    if exchange.settled:
        return
    exchange.settled = True
    usage = _final_usage(exchange)
    _charge_answer(exchange, usage)
    outcome = _outcome(exchange)
    TALLY.count(exchange.endpoint, outcome, exchange.unpriced)
    if exchange.key is not None and exchange.tenant is not None:
        organization = exchange.tenant.organization
        deployment = exchange.answering.deployment if exchange.answering else None
        event = _event(exchange, usage, outcome)
        known = _caller(exchange.key, organization), deployment.as_answerer if deployment else NOBODY
        journal.append(event, b"%b,%b" % known)
        log.write(event, organization.slug, deployment.name if deployment else "")


def _final_usage(exchange: Exchange) -> Usage:
    """The provider's counts; else our estimate, if anything of an answer came; else nothing, which costs nothing.

    No answer uses nothing: counts that are all zero are no counts.
    """
    adapter = exchange.adapter
    if adapter is None:
        return NO_USAGE
    if adapter.usage.is_empty and not adapter.usage.absurd and exchange.first_content is not None:
        adapter.estimate()
    return adapter.usage


def _charge_answer(exchange: Exchange, usage: Usage) -> None:
    answering = exchange.answering
    if answering is not None:
        answering.cost, exchange.unpriced = charge(usage, answering.deployment.price)
        answering.ms = answering.ms or int((time.monotonic() - answering.started) * 1000)
        # A whole answer without usage: charged by our estimate, and shown for what it is.
        guessed = usage.source == "estimate" and _outcome(exchange) == "ok"
        exchange.unpriced |= guessed and not _costs_nothing(answering.deployment.price)
    exchange.cost = sum(attempt.cost for attempt in exchange.attempts)


def _costs_nothing(price: Price | None) -> bool:
    return price is not None and price.is_nothing


def _outcome(exchange: Exchange) -> str:
    if exchange.client_left:
        return "aborted"
    if exchange.error is not None:
        return "truncated" if exchange.truncated else "error"
    return "ok"


def _event(exchange: Exchange, usage: Usage, outcome: str) -> Request:
    call, error = exchange.call, exchange.error
    first = exchange.first_content if call and call.stream else None
    return {
        "id": exchange.id,
        "at": int(exchange.at * 1_000_000),
        "request_id": exchange.request_id,
        "end_user": exchange.end_user,
        "endpoint": exchange.endpoint,
        "requested_model": exchange.requested_model,
        "route": exchange.route.name if exchange.route else "",
        "stream": call.stream if call else False,
        "outcome": outcome,
        "status": exchange.status,
        "error_code": error.code if error else "",
        "error_message": error.message if error else "",
        "attempts": [_attempt(record) for record in exchange.attempts],
        "input_tokens": usage.input_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "input_audio_tokens": usage.input_audio_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "output_audio_tokens": usage.output_audio_tokens,
        "usage_source": usage.source,
        "cost_nano": exchange.cost,
        "list_cost_nano": exchange.cost,
        "unpriced": exchange.unpriced,
        "duration_ms": _ms(exchange, time.monotonic()),
        "first_token_ms": None if first is None else _ms(exchange, first),
        "worker": WORKER,
    }


@lru_cache(maxsize=4096)
def _caller(key: KeyRecord, organization: OrganizationRecord) -> bytes:
    caller: Caller = {
        "organization_id": organization.id,
        "organization": organization.slug,
        "team_id": key.team_id,
        "team": key.team,
        "key_id": key.id,
        "key": key.name,
        "tags": key.tags,
    }
    return members(caller)


def _attempt(record: AttemptRecord) -> Attempt:
    return {
        "deployment": record.deployment.name,
        "provider": record.deployment.provider,
        "model": record.deployment.target.model,
        "status": record.status or 0,
        "error": record.error.value if record.error else "",
        "ms": record.ms,
        "cost": record.cost,
    }


def _ms(exchange: Exchange, moment: float) -> int:
    return int((moment - exchange.started) * 1000)


def answer_headers(exchange: Exchange) -> list[tuple[bytes, bytes]]:
    """What the caller learns of its answer. The cost only where it is known before the answer goes out."""
    headers = [
        (b"x-request-id", exchange.request_id.encode()),
        (b"x-gateway-attempts", b"%d" % len(exchange.attempts)),
    ]
    if exchange.call is not None and exchange.call.warnings:
        told = "; ".join(dict.fromkeys(exchange.call.warnings))
        headers.append((b"x-gateway-warning", told.encode("latin-1", "replace")))
    if exchange.answering is not None:
        headers += exchange.answering.deployment.headers
        if exchange.settled:
            headers.append((b"x-gateway-cost", b"%d.%09d" % divmod(exchange.cost, 1_000_000_000)))
    return headers
