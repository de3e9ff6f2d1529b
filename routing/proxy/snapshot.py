"""One tenant's configuration as the data plane sees it: frozen, swapped whole by one assignment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from billing.dataplane.cost import Price
from billing.dataplane.event import Answerer, members
from routing.providers.settings import names_in
from routing.wire.contract import Target
from tenants.dataplane.records import OrganizationRecord


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds. ``first_token`` and ``idle`` count content: keep-alives do not reset them."""

    connect: float = 5.0
    first_token: float = 30.0
    idle: float = 30.0
    total: float = 600.0


@dataclass(frozen=True)
class DeploymentRecord:
    """A model at a provider; ``target`` is all that its adapter and signer need to know."""

    id: int
    name: str
    provider: str
    target: Target
    price: Price | None
    tags: tuple[str, ...] = ()
    provider_id: int = 0

    @cached_property
    def keyed(self) -> tuple[Target, ...]:
        """The target once for each of its secrets, with that one alone."""
        return tuple(replace(self.target, secrets=(secret,)) for secret in self.target.secrets)

    @cached_property
    def forwards(self) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Callers' headers and fields that go on to the provider, by the account's settings; mostly none."""
        headers, fields = (self.target.settings.get(name, "") for name in ("forward_headers", "forward_fields"))
        return (tuple(names_in(headers.lower())), tuple(names_in(fields))) if headers or fields else None

    @cached_property
    def as_answerer(self) -> bytes:
        """Its columns in the ledger."""
        answerer: Answerer = {
            "provider": self.provider,
            "provider_kind": self.target.kind,
            "deployment_id": self.id,
            "deployment": self.name,
            "model": self.target.model,
            "price": self.price.shown if self.price else None,
        }
        return members(answerer)

    @cached_property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """How an answer says where it comes from."""
        named = {"provider": self.provider, "model": self.target.model, "deployment": self.name}
        return tuple((f"x-gateway-{what}".encode(), _header_value(name)) for what, name in named.items())


def _header_value(text: str) -> bytes:
    """Without what would end the header, or what servers refuse in one."""
    return "".join(char if char.isprintable() else "?" for char in text).encode("latin-1", "replace")


@dataclass(frozen=True, slots=True)
class RouteRecord:
    name: str
    strategy: str  # priority | weighted
    targets: tuple[tuple[DeploymentRecord, float], ...]  # in order, each with its weight
    retries: int = 1  # per target
    limits: TimeLimits = TimeLimits()


@dataclass(frozen=True, slots=True)
class TenantSnapshot:
    """``routes`` by name; ``direct`` by "provider/model", for deployments called without a route."""

    organization: OrganizationRecord
    routes: Mapping[str, RouteRecord]
    direct: Mapping[str, RouteRecord]

    def route(self, name: str) -> RouteRecord | None:
        return self.routes.get(name) or self.direct.get(name)

    def deployment(self, deployment_id: int | None) -> DeploymentRecord | None:
        """A deployment by its id, if it is enabled."""
        routes = (*self.direct.values(), *self.routes.values())
        found = (each for route in routes for each, _ in route.targets if each.id == deployment_id)
        return next(found, None)
