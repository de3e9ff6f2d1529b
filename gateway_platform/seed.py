"""What a new installation begins with: a demo organisation that works at once, and the providers whose API keys
lie in the environment. Safe to run at every start: what is there stays as people left it."""

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from gateway_platform.local_model import MODEL
from gateway_platform.provider_keys import PROVIDERS, KnownProvider, slug
from gateway_platform.secrets_file import read_lines, write_private
from routing.models import Deployment, ProviderAccount, Route
from routing.services import create_deployment, create_provider, create_route, set_credentials, update_provider
from tenants import keys
from tenants.models import ApiKey, Organization, User
from tenants.models.people import Role
from tenants.services import add_member, create_key, create_organization, create_team, revoke_key

ADMIN_EMAIL = "admin@example.com"
KEY_NAME = "quickstart"
SANDBOX_PRICE = {"input": 0.15, "output": 0.6}  # dollars per million tokens, so that reports have figures to show
FREE = {"input": 0.0, "output": 0.0}


@dataclass(frozen=True)
class Quickstart:
    """What a person needs for the first request; kept in VAR_DIR/quickstart.env, the only place with the plaintext."""

    gateway_url: str
    key: str
    password: str  # empty: the person has chosen another

    @classmethod
    def read(cls, file: Path) -> "Quickstart | None":
        """What an earlier start noted, if the file is still there."""
        lines = read_lines(file)
        names = ("GATEWAY_URL", "GATEWAY_KEY", "ADMIN_PASSWORD")
        return cls(*(lines.get(name, "") for name in names)) if lines else None

    def write(self, file: Path) -> None:
        write_private(
            file,
            {
                "GATEWAY_URL": self.gateway_url,
                "GATEWAY_KEY": self.key,
                "ADMIN_URL": self.gateway_url,
                "ADMIN_EMAIL": ADMIN_EMAIL,
                "ADMIN_PASSWORD": self.password,
            },
        )


@transaction.atomic
def seed(quickstart_file: Path, gateway_url: str, local_model_url: str | None = None) -> Quickstart:
    """Make what is missing, and note how to use it in the quickstart file."""
    known = Quickstart.read(quickstart_file)
    organization = Organization.objects.filter(slug="demo").first() or _demo()
    password = _admin_password(organization, known)
    for provider in PROVIDERS:
        if api_key := os.environ.get(provider.variable, "").strip():
            _add_provider(organization, provider, api_key)
    if local_model_url:
        _add_local_model(organization, local_model_url)
    quickstart = Quickstart(gateway_url, _key(organization, known), password)
    quickstart.write(quickstart_file)
    return quickstart


def _demo() -> Organization:
    organization = create_organization(actor=None, slug="demo", name="Demo")
    create_team(actor=None, organization=organization, slug="apps", name="Apps")
    sandbox = create_provider(actor=None, organization=organization, name="sandbox", kind="sandbox")
    for name in ("sandbox", "sandbox-embedding"):
        _add_model(organization, sandbox, name, price=SANDBOX_PRICE)
    return organization


def _admin_password(organization: Organization, known: Quickstart | None) -> str:
    """The password that was noted; a new one for a new account or where the note is lost; "" if it was changed."""
    user = User.objects.filter(email=ADMIN_EMAIL).first()
    if user and known:
        return known.password if user.check_password(known.password) else ""
    password = secrets.token_urlsafe(12)
    user = user or User(email=ADMIN_EMAIL, name="Demo admin", is_operator=True)
    user.set_password(password)
    user.save()
    add_member(actor=None, organization=organization, email=ADMIN_EMAIL, role=Role.OWNER)
    return password


def _key(organization: Organization, known: Quickstart | None) -> str:
    """The key that was noted if it still exists, else a new one in its place."""
    current = ApiKey.objects.filter(organization=organization, revoked_at__isnull=True)
    if known and current.filter(digest=keys.digest(known.key)).exists():
        return known.key
    for lost in current.filter(name=KEY_NAME):
        revoke_key(actor=None, key=lost)
    team = organization.teams.filter(slug="apps").first()
    return create_key(actor=None, organization=organization, name=KEY_NAME, team=team)[1]


def _add_provider(organization: Organization, known: KnownProvider, api_key: str) -> None:
    provider = ProviderAccount.objects.filter(organization=organization, name=known.kind).first()
    if provider:
        set_credentials(actor=None, provider=provider, api_keys=[api_key])
        return
    provider = create_provider(
        actor=None, organization=organization, name=known.kind, kind=known.kind, api_keys=[api_key]
    )
    for model in known.models:
        _add_model(organization, provider, model)


def _add_local_model(organization: Organization, base_url: str) -> None:
    provider = ProviderAccount.objects.filter(organization=organization, name="local").first()
    if provider is None:
        provider = create_provider(
            actor=None, organization=organization, name="local", kind="openai_compatible", base_url=base_url
        )
        _add_model(organization, provider, MODEL, route="local", price=FREE)
    elif provider.base_url != base_url:
        update_provider(actor=None, provider=provider, base_url=base_url)


def _add_model(
    organization: Organization,
    provider: ProviderAccount,
    model: str,
    *,
    route: str | None = None,
    price: dict[str, float] | None = None,
) -> None:
    """A deployment, and a route of the model's own name unless there is one already."""
    deployment = create_deployment(
        actor=None,
        organization=organization,
        provider=provider,
        name=_unused(slug(model), Deployment.objects.filter(organization=organization).values_list("name", flat=True)),
        model=model,
        price=price,
    )
    name = route or model
    if not Route.objects.filter(organization=organization, name=name).exists():
        create_route(actor=None, organization=organization, name=name, targets=[{"deployment": deployment}])


def _unused(name: str, used: Iterable[str]) -> str:
    taken = set(used)
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in (name, *numbered) if candidate not in taken)
