"""Pages about keys: the list, a new one, one key, and what can be done to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase

from tenants import services
from tenants.filters import KeyFilter
from tenants.forms import KeyForm, route_names
from tenants.models import ApiKey
from tenants.scoping import key_for, keys_for, teams_for
from tenants.snippets import Snippet, chat_snippets
from tenants.tables import KeyTable
from tenants.web import ConfirmPage, Empty, FormPage, ListPage, OrganizationPage, PageRequest


class KeyList(ListPage):
    permission = "organization.view"
    template_name = "tenants/keys/list.html"
    table_class = KeyTable
    filterset_class = KeyFilter
    empty = Empty(
        "key",
        "No keys yet",
        "Give each app a key of its own: then you see what it does, limit it, and can stop it alone.",
        "key-create",
        "New key",
        "keys.manage",
    )

    def rows(self) -> QuerySet[ApiKey]:
        return keys_for(self.request.user, self.organization, "keys.view")


class KeyFormPage(FormPage):
    """A form about a key, with the teams that this person may give keys to."""

    permission = "organization.view"
    template_name = "tenants/keys/form.html"
    form_class = KeyForm

    def form_arguments(self) -> dict[str, Any]:
        teams = teams_for(self.request.user, self.organization, "keys.manage")
        any_team = "keys.manage" in self.request.permissions
        if not any_team and not teams.exists():
            raise PermissionDenied("keys.manage")
        return {"organization": self.organization, "teams": teams, "any_team": any_team}


class KeyCreate(KeyFormPage):
    """The value is in the answer to the POST and nowhere else: not in the session, not at another address."""

    submit_label = "Create the key"

    def save(self, form: KeyForm) -> HttpResponse:
        fields = form.service_fields()
        key, value = services.create_key(actor=self.request.user, organization=self.organization, **fields)
        return self.render("tenants/keys/created.html", key=key, value=value, snippets=_snippets(self, key, value))


class KeyPage(OrganizationPage):
    """A page about one key, for those who have `key_permission` on it by organisation or by team role."""

    permission = "organization.view"
    key_permission = "keys.manage"
    key: ApiKey

    def open(self) -> None:
        self.key = key_for(self.request.user, self.organization, self.kwargs["pk"], self.key_permission)


class KeyDetail(KeyPage):
    key_permission = "keys.view"
    template_name = "tenants/keys/detail.html"

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        manageable = keys_for(request.user, self.organization, "keys.manage").filter(pk=pk).exists()
        return self.render(key=self.key, manageable=manageable, snippets=_snippets(self, self.key))


class KeyEdit(KeyPage, KeyFormPage):
    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"key": self.key}

    def save(self, form: KeyForm) -> HttpResponse:
        services.update_key(actor=self.request.user, key=self.key, **form.service_fields())
        messages.success(self.request, f"{self.key} is saved. Every worker knows within a second.")
        return self.redirect("key", self.key.pk)


class KeyBlock(KeyPage, ConfirmPage):
    submit_label = "Block it"

    def question(self) -> dict[str, Any]:
        return {
            "title": f"Block {self.key}?",
            "text": "Requests with this key are refused within a second, until you unblock it.",
            "back": self.url("key", self.key.pk),
        }

    def perform(self) -> HttpResponseBase:
        services.block_key(actor=self.request.user, key=self.key)
        messages.success(self.request, f"{self.key} is blocked.")
        return self.redirect("key", self.key.pk)


class KeyUnblock(KeyPage):
    """No question: it takes a button, and undoes a block."""

    def post(self, request: PageRequest, pk: int) -> HttpResponseBase:
        services.unblock_key(actor=request.user, key=self.key)
        messages.success(request, f"{self.key} works again.")
        return self.redirect("key", pk)


class KeyRevoke(KeyPage, ConfirmPage):
    submit_label = "Revoke it"

    def question(self) -> dict[str, Any]:
        return {
            "title": f"Revoke {self.key} for good?",
            "text": "Requests with this key are refused within a second. It cannot be undone; its past usage stays.",
            "back": self.url("key", self.key.pk),
        }

    def perform(self) -> HttpResponseBase:
        services.revoke_key(actor=self.request.user, key=self.key)
        messages.success(self.request, f"{self.key} is revoked.")
        return self.redirect("keys")


def _snippets(page: OrganizationPage, key: ApiKey, value: str | None = None) -> list[Snippet]:
    """With a model's name that this key may call, if one can be told."""
    plain = [name for name in key.routes or [] if "*" not in name]
    names = plain or route_names(page.organization) or ["your-route"]
    return chat_snippets(page.request, model=names[0], key=value)
