"""A lively organisation for screenshots: teams, keys, providers, routes, and two months of usage by day and night."""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from django.utils import timezone

from billing.dataplane.event import Attempt, Event
from billing.dataplane.ledger_sql import ENSURE_PARTITIONS, INSERT
from routing.models import Deployment
from routing.services import create_deployment, create_provider, create_route
from tenants.models import ApiKey, User
from tenants.services import add_member, block_key, create_key, create_organization, create_team, revoke_key
from tests.billing.events import make_event

PASSWORD = "correct horse battery"
DAYS = 60
PEAK = 26  # requests in a busy quarter hour


@dataclass(frozen=True)
class Offer:
    """A deployment to make: provider, name, the provider's model, dollars per million, typical milliseconds."""

    provider: str
    name: str
    model: str
    price: tuple[float, float] | None
    ms: float


OFFERS = [
    Offer("openai-main", "mini", "gpt-4o-mini", (0.15, 0.60), 900),
    Offer("openai-main", "large", "gpt-4o", (2.5, 10.0), 2100),
    Offer("groq", "llama", "llama-3.3-70b-versatile", (0.59, 0.79), 480),
    Offer("vllm-fra", "qwen", "Qwen/Qwen3-32B", None, 1500),
    Offer("sandbox", "sandbox", "sandbox-small", (0.0, 0.0), 60),
]
ROUTES = {"fast": ["mini", "llama"], "smart": ["large", "mini"], "in-house": ["qwen", "llama"]}
# key: team, weight of its traffic, the routes that it asks for
KEYS = {
    "search-prod": ("search", 10, ["fast"]),
    "support-bot": ("support", 7, ["fast", "smart"]),
    "nightly-reports": ("data", 3, ["smart"]),
    "notebooks": ("data", 2, ["in-house", "smart"]),
    "checkout-assistant": ("support", 4, ["fast"]),
}
PROVIDERS = {
    "openai-main": ("openai_compatible", "https://api.openai.com/v1"),
    "groq": ("openai_compatible", "https://api.groq.com/openai/v1"),
    "vllm-fra": ("openai_compatible", "http://10.4.0.17:8000/v1"),
    "sandbox": ("sandbox", ""),
}


class Demo:
    """The organisation, made once; `usage` gives its events."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.organization = create_organization(actor=None, slug="acme", name="Acme Robotics", timezone="Europe/Berlin")
        self.other = create_organization(actor=None, slug="globex", name="Globex Research")
        self.owner = self._person()
        self.teams = {
            slug: create_team(actor=None, organization=self.organization, slug=slug, name=slug.capitalize())
            for slug in ("search", "support", "data")
        }
        self.deployments = self._deployments()
        for name, targets in ROUTES.items():
            create_route(
                actor=self.owner, organization=self.organization, name=name,
                strategy="weighted" if name == "in-house" else "priority",
                targets=[{"deployment": self.deployments[target], "weight": 3 - i} for i, target in enumerate(targets)],
            )  # fmt: skip
        self.keys = self._keys()

    def _person(self) -> User:
        person = add_member(actor=None, organization=self.organization, email="ana@acme.example", role="owner").user
        add_member(actor=None, organization=self.other, email=person.email, role="admin")
        person.name = "Ana Petrović"
        person.set_password(PASSWORD)
        person.save()
        return person

    def _deployments(self) -> dict[str, Deployment]:
        providers = {
            name: create_provider(
                actor=self.owner, organization=self.organization, name=name, kind=kind, base_url=url,
                api_keys=[] if kind == "sandbox" else [f"sk-{name}-{uuid4().hex}"],
            )
            for name, (kind, url) in PROVIDERS.items()
        }  # fmt: skip
        return {
            offer.name: create_deployment(
                actor=self.owner, organization=self.organization, provider=providers[offer.provider],
                name=offer.name, model=offer.model, tags=["eu"] if offer.provider == "vllm-fra" else [],
                price=None if offer.price is None else {"input": offer.price[0], "output": offer.price[1]},
            )
            for offer in OFFERS
        }  # fmt: skip

    def _keys(self) -> dict[str, ApiKey]:
        def make(name: str, **fields: Any) -> ApiKey:
            return create_key(actor=self.owner, organization=self.organization, name=name, **fields)[0]

        keys = {
            name: make(name, team=self.teams[team], routes=routes, tags={"cost_center": "4711"})
            for name, (team, _, routes) in KEYS.items()
        }
        make("playground", kind="test", expires_at=timezone.now() + timedelta(days=12))
        block_key(actor=self.owner, key=make("intern-laptop", team=self.teams["data"], routes=["in-house", "gpt-*"]))
        make("trade-fair", expires_at=timezone.now() - timedelta(days=3))
        revoke_key(actor=self.owner, key=make("old-website"))
        return keys

    def usage(self) -> Iterator[Event]:
        """Two months of requests, up to now."""
        now = timezone.now()
        for quarter in range(DAYS * 96):
            start = now - timedelta(minutes=15 * (quarter + 1))
            for _ in range(self._poisson(PEAK * _business(start))):
                yield self._event(start + timedelta(seconds=self.random.random() * 900))

    def _poisson(self, mean: float) -> int:
        return max(0, round(self.random.gauss(mean, math.sqrt(mean))))

    def _event(self, at: datetime) -> Event:
        rng = self.random
        name = rng.choices(list(KEYS), [weight for _, weight, _ in KEYS.values()])[0]
        route = rng.choice(KEYS[name][2])
        trouble = 0.22 if timedelta(days=3) < timezone.now() - at < timedelta(days=3, hours=5) else 0.025
        attempts, answering = self._attempts(ROUTES[route], trouble)
        stream = rng.random() < 0.6
        tokens_in, tokens_out = int(rng.lognormvariate(6.6, 0.9)), int(rng.lognormvariate(5.1, 0.8))
        outcome = "ok" if answering else "error"
        if answering and rng.random() < 0.03:
            outcome, tokens_out = rng.choice(["aborted", "aborted", "truncated"]), tokens_out // 3
        duration = sum(attempt["ms"] for attempt in attempts)
        event = make_event(
            at=int(at.timestamp() * 1e6), organization_id=self.organization.pk, organization="acme",
            key=name, key_id=self.keys[name].pk, team=KEYS[name][0].capitalize(), team_id=self.teams[KEYS[name][0]].pk,
            requested_model=route, route=route, stream=stream, outcome=outcome, attempts=attempts,
            end_user=f"user-{rng.randrange(400)}" if name != "nightly-reports" else "", duration_ms=duration,
            status={"error": 503, "aborted": 499}.get(outcome, 200),
            first_token_ms=int(duration * rng.uniform(0.15, 0.4)) if stream and answering else None,
        )  # fmt: skip
        return {**event, **self._money(answering, tokens_in, tokens_out), **_error(outcome)}  # type: ignore[typeddict-item]

    def _attempts(self, targets: list[str], trouble: float) -> tuple[list[Attempt], Offer | None]:
        """Targets in order until one answers."""
        attempts: list[Attempt] = []
        for target in targets:
            offer = next(offer for offer in OFFERS if offer.name == target)
            failed = self.random.random() < trouble
            ms = int(offer.ms * self.random.lognormvariate(0, 0.45))
            kind, status = self.random.choice([("rate_limit", 429), ("server", 500), ("timeout", 0)])
            attempts.append({
                "deployment": offer.name, "provider": offer.provider, "model": offer.model, "ms": ms, "cost": 0,
                "status": status if failed else 200, "error": kind if failed else "",
            })  # fmt: skip
            if not failed:
                return attempts, offer
        return attempts, None

    def _money(self, offer: Offer | None, tokens_in: int, tokens_out: int) -> dict[str, Any]:
        if offer is None:
            none = {"provider": "", "provider_kind": "", "deployment": "", "deployment_id": None, "model": ""}
            return none | {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0, "usage_source": "none",
                           "cost_nano": 0, "list_cost_nano": 0, "price": None}  # fmt: skip
        price_in, price_out = offer.price or (0, 0)
        cost = int((tokens_in * price_in + tokens_out * price_out) * 1000)
        rates = {"input": int(price_in * 1e9), "output": int(price_out * 1e9)}
        return {
            "provider": offer.provider, "provider_kind": PROVIDERS[offer.provider][0], "deployment": offer.name,
            "deployment_id": self.deployments[offer.name].pk, "model": offer.model,
            "input_tokens": tokens_in, "cached_input_tokens": tokens_in // 5, "output_tokens": tokens_out,
            "cost_nano": cost, "list_cost_nano": cost, "unpriced": offer.price is None,
            "price": {"source": "override", "tiers": [], "per_request": 0, **rates} if offer.price else None,
        }  # fmt: skip


def ship(url: str, events: list[Event]) -> None:
    """Write events to the ledger and its rollups, the way workers do."""
    with psycopg.connect(url) as connection:
        for start in range(0, len(events), 5000):
            lines = "\n".join(json.dumps(event) for event in events[start : start + 5000]).encode()
            connection.execute(ENSURE_PARTITIONS, {"lines": lines})
            connection.execute(INSERT, {"lines": lines})


def _business(at: datetime) -> float:
    """How busy a moment is, between 0 and 1: weekdays by day most, nights and weekends little."""
    hour, weekend = at.hour + at.minute / 60, at.weekday() >= 5
    day = 0.06 + 0.94 * math.exp(-((hour - 13.5) ** 2) / 22)
    return day * (0.35 if weekend else 1)


def _error(outcome: str) -> dict[str, str]:
    if outcome == "error":
        return {"error_code": "no_deployment_available", "error_message": "Every deployment of this route failed."}
    if outcome == "truncated":
        return {
            "error_code": "stream_truncated",
            "error_message": "The provider's stream ended without its last event.",
        }
    return {}
