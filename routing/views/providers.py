"""Pages about providers."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from routing import services
from routing.filters import ProviderFilter
from routing.models import Deployment, ProviderAccount
from routing.provider_form import ProviderForm
from routing.providers.registry import base_url_of
from routing.tables import ProviderTable
from tenants.web import ConfirmPage, Empty, FormPage, ListPage, OrganizationPage, PageRequest


class ProviderList(ListPage):
    permission = "providers.view"
    template_name = "routing/providers/list.html"
    table_class = ProviderTable
    filterset_class = ProviderFilter
    empty = Empty(
        "cloud",
        "No providers yet",
        "A provider is an address that answers, such as OpenAI or your own vLLM. Begin with one.",
        "provider-create",
        "New provider",
        "providers.manage",
    )

    def rows(self) -> QuerySet[ProviderAccount]:
        providers = ProviderAccount.objects.for_organization(self.organization)
        return providers.annotate(deployment_count=Count("deployments"))


class ProviderFormPage(FormPage):
    """htmx asks the same URL for the fields of another kind."""

    permission = "providers.manage"
    template_name = "routing/providers/form.html"
    fragment_name = "routing/providers/kind_fields.html"
    form_class = ProviderForm

    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"kind": self.request.GET.get("kind")}

    def get(self, request: PageRequest, **parts: Any) -> HttpResponse:
        form = self.form_class(**self.form_arguments())
        return self.render(self.fragment_name if request.htmx else None, form=form)


class ProviderCreate(ProviderFormPage):
    submit_label = "Create the provider"

    def save(self, form: ProviderForm) -> HttpResponseBase:
        provider = services.create_provider(
            actor=self.request.user, organization=self.organization, **form.service_fields()
        )
        messages.success(self.request, f"{provider} is there. Now add a deployment: one of its models.")
        return self.redirect("provider", provider.pk)


class ProviderPage(OrganizationPage):
    """A page about one provider."""

    permission = "providers.manage"
    provider: ProviderAccount

    def open(self) -> None:
        providers = ProviderAccount.objects.for_organization(self.organization)
        self.provider = get_object_or_404(providers, pk=self.kwargs["pk"])


class ProviderDetail(ProviderPage):
    permission = "providers.view"
    template_name = "routing/providers/detail.html"

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        deployments = Deployment.objects.for_organization(self.organization).filter(provider=self.provider)
        provider = self.provider
        address = base_url_of(provider.kind, provider.base_url, provider.settings)
        return self.render(provider=provider, deployments=deployments, address=address)


class ProviderEdit(ProviderPage, ProviderFormPage):
    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"provider": self.provider}

    def save(self, form: ProviderForm) -> HttpResponseBase:
        services.update_provider(actor=self.request.user, provider=self.provider, **form.service_fields())
        messages.success(self.request, f"{self.provider} is saved.")
        return self.redirect("provider", self.provider.pk)


class ProviderDelete(ProviderPage, ConfirmPage):
    submit_label = "Delete it"

    def question(self) -> dict[str, Any]:
        return {
            "title": f"Delete {self.provider}?",
            "text": "Its API keys and its deployments go with it. Past usage stays.",
            "back": self.url("provider", self.provider.pk),
        }

    def perform(self) -> HttpResponseBase:
        services.delete_provider(actor=self.request.user, provider=self.provider)
        messages.success(self.request, f"{self.provider} is deleted.")
        return self.redirect("providers")
