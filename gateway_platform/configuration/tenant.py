"""One organisation of the file while it is being applied: finds what names refer to, places errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from gateway_platform.configuration.document import ConfigurationError, Item, suggestion
from routing.models import Deployment, ProviderAccount
from tenants.models import Organization, Team, User

Row = TypeVar("Row", bound=Model)
# What the file calls a field that the services call otherwise.
FILE_NAMES = {"expires_at": "expires", "api_keys": "api_key"}


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that this run made; its value can be shown once, now."""

    organization: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Tenant:
    actor: User | None
    organization: Organization
    made: list[MadeKey] = field(default_factory=list)

    def team(self, item: Item, name: str, where: str) -> Team:
        return _named(self.organization.teams.all(), "slug", name, (item, where))

    def provider(self, item: Item) -> ProviderAccount:
        providers = ProviderAccount.objects.filter(organization=self.organization)
        return _named(providers, "name", item["provider"], (item, "provider"))

    def deployment(self, target: Item) -> Deployment:
        deployments = Deployment.objects.filter(organization=self.organization)
        return _named(deployments, "name", target["deployment"], (target, "deployment"))


def _named(rows: QuerySet[Row], by: str, name: str, where: tuple[Item, str]) -> Row:
    row = rows.filter(**{by: name}).first()
    if row is None:
        item, field_name = where
        known = [str(value) for value in rows.values_list(by, flat=True)]
        raise item.wrong(field_name, f"there is no {rows.model._meta.verbose_name} {name}{suggestion(name, known)}")
    return row


@contextmanager
def located(item: Item) -> Iterator[None]:
    """Turn what a service refuses into an error at the item's line, or better its field's."""
    try:
        yield
    except ValidationError as error:
        raise ConfigurationError(_lines(item, error)) from None


def _lines(item: Item, error: ValidationError) -> list[str]:
    by_field: dict[str, list[Any]] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    lines = []
    for name, messages in by_field.items():
        place = item.places.get(FILE_NAMES.get(name, name)) or item.places.get(name)
        start = str(place) if place else f"{item.place}: {name}" if name not in ("", "__all__") else str(item.place)
        lines += [f"{start}: {message}" for message in messages]
    return lines
