"""The request log: the list, one request, and the list as CSV."""

from typing import Any

from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from billing.models import UsageEvent
from gateway_platform.overview.export import csv_lines
from gateway_platform.overview.filters import RequestFilter
from gateway_platform.overview.keyset import Page, page_of
from gateway_platform.overview.ranges import Range, chosen_range
from gateway_platform.overview.tokens import TokenLine, token_lines
from gateway_platform.overview.window import Search, Wanted
from routing.models import Deployment, ProviderAccount
from tenants.forms import route_names
from tenants.web import Empty, OrganizationPage, PageRequest

SEARCH_MS = 5000  # where reading even a part of the log takes long: cold disks, a busy server
LISTED = [
    "at", "request_id", "key", "team", "end_user", "endpoint", "requested_model", "route", "provider", "model",
    "stream", "outcome", "status", "error_code", "input_tokens", "cached_input_tokens", "output_tokens", "cost",
    "unpriced", "duration_ms", "first_token_ms",
]  # fmt: skip
EMPTY = Empty(
    "list-search",
    "No requests yet",
    "Give an app a key and point it here; each request appears within a second.",
    "keys",
    "See the keys",
    "keys.view",
)


class LogPage(OrganizationPage):
    """What the list and its export share: the filtered rows of the chosen range."""

    permission = "requests.view"
    range: Range
    filterset: RequestFilter

    def open(self) -> None:
        self.range = chosen_range(self.request.GET, self.organization.timezone)
        params = self.request.GET.copy()
        params["range"] = self.range.name  # so that the form shows the default, too
        self.filterset = RequestFilter(params, queryset=self.events(), request=self.request)

    def events(self) -> QuerySet[UsageEvent]:
        """A request whose id is known is looked for at any time: its index is on the id."""
        events = UsageEvent.objects.filter(organization_id=self.organization.pk)
        if self.request.GET.get("request_id"):
            return events
        return events.filter(at__gte=self.range.start, at__lt=self.range.end)


class RequestList(LogPage):
    template_name = "requests/list.html"
    fragment_name = "requests/list_region.html"

    def get(self, request: PageRequest) -> HttpResponse:
        page = self._page()
        template = self.fragment_name if request.htmx else self.template_name
        return self.render(template, filter=self.filterset, log=page, range=self.range, empty=EMPTY)

    def _page(self) -> Page | None:
        """None if the search takes too long."""
        params = self.request.GET
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(SEARCH_MS)])
                events = self.filterset.qs.only(*LISTED)
                read = page_of if self._is_indexed() else self._search().page
                return read(events, before=params.get("before"), after=params.get("after"))
        except OperationalError:
            return None

    def _is_indexed(self) -> bool:
        """Alone, these lead to their rows: a page reads no others."""
        used = self.filterset.used
        return "request_id" in used or used == {"end_user"}

    def _search(self) -> Search:
        return Search(self.organization, self.range, Wanted.from_filters(self.filterset.form.cleaned_data))

    def proposals(self) -> dict[str, list[str]]:
        """What the text fields propose; names of what has been deleted can be typed."""
        organization = self.organization
        deployments = Deployment.objects.filter(organization=organization)
        return {
            "route": route_names(organization),
            "model": sorted(set(deployments.values_list("model", flat=True))),
            "provider": list(ProviderAccount.objects.filter(organization=organization).values_list("name", flat=True)),
        }


class RequestDetail(OrganizationPage):
    """One request: as a drawer for htmx, else as a page."""

    permission = "requests.view"
    template_name = "requests/detail.html"
    fragment_name = "requests/drawer.html"

    def get(self, request: PageRequest, pk: Any) -> HttpResponse:
        self.event = get_object_or_404(UsageEvent, organization_id=self.organization.pk, id=pk)
        template = self.fragment_name if request.htmx else self.template_name
        return self.render(template, event=self.event)

    def token_lines(self) -> list[TokenLine]:
        return token_lines(self.event)


class RequestExport(LogPage):
    def get(self, request: PageRequest) -> HttpResponseBase:
        if not self.filterset.is_valid():
            messages.error(request, "These filters cannot be read; nothing was exported.")
            return self.redirect("requests")
        answer = StreamingHttpResponse(csv_lines(self.filterset.qs), content_type="text/csv; charset=utf-8")
        name = f"requests-{self.organization.slug}-{timezone.localtime():%Y%m%d-%H%M}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
