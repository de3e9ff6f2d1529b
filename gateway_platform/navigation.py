"""The menu, as data."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from tenants.models import Organization
from tenants.scoping import organizations_of


@dataclass(frozen=True)
class Entry:
    """One line of the menu. ``section``: the first part of its address inside the organisation."""

    label: str
    icon: str
    section: str
    url_name: str
    permission: str


@dataclass(frozen=True)
class Link:
    """An entry for one person on one page."""

    entry: Entry
    url: str
    current: bool


MENU: dict[str, tuple[Entry, ...]] = {
    "Watch": (
        Entry("Overview", "chart-area-line", "overview", "overview", "spend.view"),
        Entry("Requests", "list-search", "requests", "requests", "requests.view"),
    ),
    "Access": (Entry("Keys", "key", "keys", "keys", "keys.view"),),
    "Routing": (
        Entry("Routes", "route", "routes", "routes", "routes.view"),
        Entry("Deployments", "box-model-2", "deployments", "deployments", "providers.view"),
        Entry("Providers", "cloud", "providers", "providers", "providers.view"),
    ),
}
SWITCHER_LENGTH = 50


def navigation(request: HttpRequest) -> dict[str, object]:
    """Template context: the menu entries that this person may open, and the organisations to switch to."""
    organization: Organization | None = getattr(request, "organization", None)
    if organization is None:
        return {}
    permissions: frozenset[str] = getattr(request, "permissions", frozenset())
    return {
        "organization": organization,
        "permissions": permissions,
        "menu": menu(organization, permissions, request.path),
        "organizations": _organizations(request),
        "switcher_length": SWITCHER_LENGTH,
    }


def menu(organization: Organization, permissions: frozenset[str], path: str) -> dict[str, list[Link]]:
    """The groups with something in them that these permissions open."""
    groups = {
        title: [_link(entry, organization, path) for entry in entries if entry.permission in permissions]
        for title, entries in MENU.items()
    }
    return {title: links for title, links in groups.items() if links}


def _link(entry: Entry, organization: Organization, path: str) -> Link:
    current = path.startswith(f"/o/{organization.slug}/{entry.section}/")
    return Link(entry, reverse(entry.url_name, args=[organization.slug]), current)


def _organizations(request: HttpRequest) -> QuerySet[Organization]:
    return organizations_of(request.user).only("slug", "name")[:SWITCHER_LENGTH]
