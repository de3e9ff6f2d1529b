"""An organisation made for one test: its routes lead to the fake provider, its key opens the gateway."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from billing.models import UsageEvent
from routing.models import Deployment
from routing.services import create_deployment, create_provider, create_route
from routing.services.routes import TargetFields
from tenants.services import create_key, create_organization
from tests.gateway import Gateway
from tests.upstream.handle import SiteHandle
from tests.waiting import eventually

PRICE = {"input": 1.0, "cached_input": 0.5, "output": 4.0}  # dollars per million tokens
MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Say hello."}]
# What the gateway sends upstream in place of the caller's key; it must never come back.
UPSTREAM_KEY = "sk-upstream-5f1c0e7a9b2d4836"
_numbers = itertools.count(1)


@dataclass
class Stream:
    """A streamed answer, read to its end."""

    response: httpx.Response
    events: list[dict[str, Any]] = field(default_factory=list)
    done: bool = False  # `[DONE]` came

    @property
    def text(self) -> str:
        """All content deltas together."""
        choices = [choice for event in self.events for choice in event.get("choices", [])]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Errors inside the stream."""
        return [event["error"] for event in self.events if "error" in event]

    @property
    def usages(self) -> list[dict[str, Any]]:
        """Usage objects that the client saw."""
        return [event["usage"] for event in self.events if event.get("usage")]


class Tenant:
    """A fresh organisation with one key. Make all routes before the first request."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        slug = f"tenant-{uuid4().hex[:12]}"
        self.organization = create_organization(actor=None, slug=slug, name=slug)
        self.key, self.secret = create_key(actor=None, organization=self.organization, name="app")

    def deployment(
        self, base_url: str, kind: str = "openai_compatible", settings: Mapping[str, str] | None = None, **fields: Any
    ) -> Deployment:
        """A model at an address; priced at PRICE unless told otherwise."""
        name = f"d{next(_numbers)}"
        provider = create_provider(
            actor=None,
            organization=self.organization,
            name=f"p-{name}",
            kind=kind,
            base_url=base_url,
            settings=settings,
            api_keys=[UPSTREAM_KEY],
        )
        fields = {"model": "fake-model", "price": PRICE, **fields}
        return create_deployment(actor=None, organization=self.organization, provider=provider, name=name, **fields)

    def route(self, *sites: SiteHandle, retries: int = 0, **fields: Any) -> str:
        """A route over these sites in order; gives its name."""
        targets: list[TargetFields] = [{"deployment": self.deployment(site.base_url)} for site in sites]
        return self.route_to(targets, retries=retries, **fields)

    def route_as(self, kind: str, site: SiteHandle, model: str = "fake-model", **settings: str) -> str:
        """A route to a site as if it were a provider of this kind, told these settings."""
        deployment = self.deployment(site.base_url, kind, settings, model=model)
        return self.route_to([{"deployment": deployment}], retries=0)

    def route_to(self, targets: list[TargetFields], **fields: Any) -> str:
        """A route over deployments that exist."""
        name = f"route-{next(_numbers)}"
        create_route(actor=None, organization=self.organization, name=name, targets=targets, **fields)
        return name

    @cached_property
    def http(self) -> httpx.Client:
        """A client that carries the key."""
        return self.client(self.secret)

    def client(self, secret: str) -> httpx.Client:
        """A client that carries some key."""
        headers = {"authorization": f"Bearer {secret}"}
        return httpx.Client(base_url=f"{self.gateway.url}/v1", headers=headers, timeout=60)

    @cached_property
    def openai(self) -> OpenAI:
        """The official SDK, without its own retries."""
        return OpenAI(base_url=f"{self.gateway.url}/v1", api_key=self.secret, max_retries=0)

    def chat(self, model: str, **body: Any) -> httpx.Response:
        """One whole chat completion."""
        return self.http.post("/chat/completions", json=chat_body(model, **body))

    def stream(self, model: str, **body: Any) -> Stream:
        """One streamed chat completion, read to its end."""
        with self.open_stream(model, **body) as response:
            stream = Stream(response)
            if response.status_code != 200:
                response.read()
                return stream
            for line in response.iter_lines():
                if line == "data: [DONE]":
                    stream.done = True
                elif line.startswith("data:"):
                    stream.events.append(json.loads(line[5:]))
            return stream

    @contextmanager
    def open_stream(self, model: str, **body: Any) -> Iterator[httpx.Response]:
        """A stream that the test reads itself; leaving the block closes the connection."""
        with (
            self.client(self.secret) as client,
            client.stream("POST", "/chat/completions", json=chat_body(model, stream=True, **body)) as response,
        ):
            yield response

    def rows(self, count: int = 1, within: float = 10.0, **filters: Any) -> list[UsageEvent]:
        """The tenant's ledger rows, once there are `count`; the journal is shipped about once a second."""
        query = UsageEvent.objects.filter(organization_id=self.organization.pk, **filters).order_by("at")
        eventually(lambda: query.count() >= count, within=within, every=0.1)
        return list(query.all())

    def row(self, response: httpx.Response) -> UsageEvent:
        """The one row of a request."""
        [row] = self.rows(request_id=response.headers["x-request-id"])
        return row


def chat_body(model: str, **body: Any) -> dict[str, Any]:
    """A small chat request."""
    return {"model": model, "messages": MESSAGES, **body}
