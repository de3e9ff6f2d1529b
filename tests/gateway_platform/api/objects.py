"""The objects of the management API as rows: how to make one, and what to send. A new object is a new row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from routing.models import Deployment, ProviderAccount
from routing.services import create_deployment, create_provider, create_route
from routing.services.routes import TargetFields
from tenants.models import Organization
from tenants.models.people import Role
from tenants.services import add_member, create_key, create_team


@dataclass(frozen=True)
class ApiObject:
    """One kind of object inside an organisation."""

    path: str
    make: Callable[[Organization, str], Model]  # with a name, or what stands for it
    new: dict[str, Any]  # a body for POST
    change: dict[str, Any]  # a body for PATCH, which must come back in the answer
    hidden_from: str | None = None  # a role that may not even see it
    deletable: bool = True
    prepare: Callable[[Organization], object] = lambda organization: None  # what `new` refers to

    def __str__(self) -> str:
        return self.path


def provider(organization: Organization, name: str = "sandbox") -> ProviderAccount:
    return create_provider(actor=None, organization=organization, name=name, kind="sandbox")


def deployment(organization: Organization, name: str = "echo") -> Deployment:
    return create_deployment(
        actor=None,
        organization=organization,
        name=name,
        provider=provider(organization, f"provider-of-{name}"),
        model="echo",
    )


def route(organization: Organization, name: str) -> Model:
    target: TargetFields = {"deployment": deployment(organization, f"target-of-{name}")}
    return create_route(actor=None, organization=organization, name=name, targets=[target])


OBJECTS = [
    ApiObject(
        "teams",
        make=lambda organization, name: create_team(actor=None, organization=organization, slug=name, name=name),
        new={"slug": "search", "name": "Search"},
        change={"name": "Find"},
    ),
    ApiObject(
        "members",
        make=lambda organization, name: add_member(
            actor=None, organization=organization, email=f"{name}@acme.example", role=Role.DEVELOPER
        ),
        new={"email": "ana@acme.example", "role": "auditor"},
        change={"role": "finance"},
    ),
    ApiObject(
        "keys",
        make=lambda organization, name: create_key(actor=None, organization=organization, name=name)[0],
        new={"name": "app", "routes": ["gpt-*"], "tags": {"cost_center": "4711"}},
        change={"endpoints": ["chat"]},
        deletable=False,  # it is revoked: its row stays for the reports
    ),
    ApiObject(
        "providers",
        make=provider,
        new={"name": "local", "kind": "openai_compatible", "base_url": "http://10.1.2.3:8000/v1"},
        change={"headers": {"x-team": "search"}},
        hidden_from=Role.FINANCE,
    ),
    ApiObject(
        "deployments",
        prepare=provider,
        make=deployment,
        new={"name": "mini", "provider": "sandbox", "model": "echo", "price": {"input": 0.15, "output": 0.6}},
        change={"enabled": False},
        hidden_from=Role.FINANCE,
    ),
    ApiObject(
        "routes",
        prepare=deployment,
        make=route,
        new={"name": "fast", "targets": [{"deployment": "echo", "weight": 2.0}], "retries": 0},
        change={"strategy": "weighted"},
        hidden_from=Role.FINANCE,
    ),
]
