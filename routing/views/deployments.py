"""Pages about deployments, and the test of one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from routing import services
from routing.filters import DeploymentFilter
from routing.forms import DeploymentForm
from routing.model_lists import models_of
from routing.models import Deployment, ProviderAccount, Route
from routing.tables import DeploymentTable
from routing.testing import test_deployment
from tenants.snippets import chat_snippets
from tenants.web import ConfirmPage, Empty, FormPage, ListPage, OrganizationPage, PageRequest


class DeploymentList(ListPage):
    permission = "providers.view"
    template_name = "routing/deployments/list.html"
    table_class = DeploymentTable
    filterset_class = DeploymentFilter
    empty = Empty(
        "box-model-2",
        "No deployments yet",
        "A deployment is one model at one of your providers. Routes send requests to them.",
        "deployment-create",
        "New deployment",
        "providers.manage",
    )

    def rows(self) -> QuerySet[Deployment]:
        return Deployment.objects.for_organization(self.organization).annotate(route_count=Count("targets"))


class DeploymentFormPage(FormPage):
    permission = "providers.manage"
    template_name = "routing/deployments/form.html"
    form_class = DeploymentForm


class DeploymentCreate(DeploymentFormPage):
    submit_label = "Create the deployment"

    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"provider_pk": self.request.GET.get("provider")}

    def save(self, form: DeploymentForm) -> HttpResponseBase:
        deployment = services.create_deployment(
            actor=self.request.user, organization=self.organization, **form.service_fields()
        )
        messages.success(self.request, f"{deployment} is there. Test it, then put it behind a route.")
        return self.redirect("deployment", deployment.pk)


class ProviderModels(OrganizationPage):
    """For the form of a deployment: what the chosen provider says it has."""

    permission = "providers.manage"
    template_name = "routing/deployments/models.html"

    def get(self, request: PageRequest) -> HttpResponse:
        chosen = request.GET.get("provider", "")
        providers = ProviderAccount.objects.for_organization(self.organization)
        provider = get_object_or_404(providers, pk=int(chosen) if chosen.isdecimal() else 0)
        return self.render(provider=provider, listing=models_of(provider))


class DeploymentPage(OrganizationPage):
    """A page about one deployment."""

    permission = "providers.manage"
    deployment: Deployment

    def open(self) -> None:
        deployments = Deployment.objects.for_organization(self.organization)
        self.deployment = get_object_or_404(deployments, pk=self.kwargs["pk"])


class DeploymentDetail(DeploymentPage):
    permission = "providers.view"
    template_name = "routing/deployments/detail.html"

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        deployment = self.deployment
        routes = Route.objects.filter(targets__deployment=deployment)
        snippets = chat_snippets(request, model=f"{deployment.provider}/{deployment.model}")
        return self.render(deployment=deployment, routes=routes, snippets=snippets)


class DeploymentEdit(DeploymentPage, DeploymentFormPage):
    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"deployment": self.deployment}

    def save(self, form: DeploymentForm) -> HttpResponseBase:
        services.update_deployment(actor=self.request.user, deployment=self.deployment, **form.service_fields())
        messages.success(self.request, f"{self.deployment} is saved.")
        return self.redirect("deployment", self.deployment.pk)


class DeploymentSwitch(DeploymentPage):
    """Enable or disable: `enabled` says which."""

    def post(self, request: PageRequest, pk: int) -> HttpResponseBase:
        enabled = request.POST.get("enabled") == "true"
        services.update_deployment(actor=request.user, deployment=self.deployment, enabled=enabled)
        messages.success(request, f"{self.deployment} is {'enabled' if enabled else 'disabled'}.")
        return self.redirect("deployment", pk)


class DeploymentTest(DeploymentPage):
    """One real call to the provider; the result appears beside the button."""

    template_name = "routing/deployments/test_page.html"
    fragment_name = "routing/deployments/test.html"

    def post(self, request: PageRequest, pk: int) -> HttpResponse:
        result = test_deployment(self.deployment)
        template = self.fragment_name if request.htmx else self.template_name
        return self.render(template, deployment=self.deployment, result=result)


class DeploymentDelete(DeploymentPage, ConfirmPage):
    submit_label = "Delete it"

    def question(self) -> dict[str, Any]:
        return {
            "title": f"Delete {self.deployment}?",
            "text": "Routes lose it as a target. Past usage stays.",
            "back": self.url("deployment", self.deployment.pk),
        }

    def perform(self) -> HttpResponseBase:
        services.delete_deployment(actor=self.request.user, deployment=self.deployment)
        messages.success(self.request, f"{self.deployment} is deleted.")
        return self.redirect("deployments")
