"""Pages about routes."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from routing import services
from routing.filters import RouteFilter
from routing.forms import RouteForm
from routing.models import Route
from routing.tables import RouteTable
from tenants.snippets import chat_snippets
from tenants.web import ConfirmPage, Empty, FormPage, ListPage, OrganizationPage, PageRequest


class RouteList(ListPage):
    permission = "routes.view"
    template_name = "routing/routes/list.html"
    table_class = RouteTable
    filterset_class = RouteFilter
    empty = Empty(
        "route",
        "No routes yet",
        "A route is a model name of your own, with deployments behind it that stand in for each other.",
        "route-create",
        "New route",
        "routes.manage",
    )

    def rows(self) -> QuerySet[Route]:
        return Route.objects.for_organization(self.organization)


class RouteFormPage(FormPage):
    permission = "routes.manage"
    template_name = "routing/routes/form.html"
    form_class = RouteForm


class RouteCreate(RouteFormPage):
    submit_label = "Create the route"

    def save(self, form: RouteForm) -> HttpResponseBase:
        route = services.create_route(actor=self.request.user, organization=self.organization, **form.service_fields())
        messages.success(self.request, f"Apps can now ask for the model “{route}”.")
        return self.redirect("route", route.pk)


class RoutePage(OrganizationPage):
    """A page about one route."""

    permission = "routes.manage"
    route: Route

    def open(self) -> None:
        self.route = get_object_or_404(Route.objects.for_organization(self.organization), pk=self.kwargs["pk"])


class RouteDetail(RoutePage):
    permission = "routes.view"
    template_name = "routing/routes/detail.html"

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        targets = list(self.route.targets.all())
        attempts = len([target for target in targets if target.deployment.enabled]) * (1 + self.route.retries)
        snippets = chat_snippets(request, model=self.route.name)
        return self.render(route=self.route, targets=targets, attempts=attempts, snippets=snippets)


class RouteEdit(RoutePage, RouteFormPage):
    def form_arguments(self) -> dict[str, Any]:
        return super().form_arguments() | {"route": self.route}

    def save(self, form: RouteForm) -> HttpResponseBase:
        services.update_route(actor=self.request.user, route=self.route, **form.service_fields())
        messages.success(self.request, f"{self.route} is saved. Every worker knows within a second.")
        return self.redirect("route", self.route.pk)


class RouteDelete(RoutePage, ConfirmPage):
    submit_label = "Delete it"

    def question(self) -> dict[str, Any]:
        return {
            "title": f"Delete {self.route}?",
            "text": "Apps that ask for this model are refused within a second. Past usage stays.",
            "back": self.url("route", self.route.pk),
        }

    def perform(self) -> HttpResponseBase:
        services.delete_route(actor=self.request.user, route=self.route)
        messages.success(self.request, f"{self.route} is deleted.")
        return self.redirect("routes")
