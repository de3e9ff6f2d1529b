"""What the HTML pages of every app are made from: a page inside an organisation, a list, a form, a confirmation.

A view names its permission, its template and what it shows; who may see it, which organisation it is about, and
whether htmx wants the fragment or a person wants the page is settled here, once.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django_filters import FilterSet
from django_htmx.http import HttpResponseClientRedirect
from django_tables2 import RequestConfig, Table

from tenants.models import Organization, User
from tenants.permissions import permissions_of
from tenants.scoping import organization_for


class PageRequest(HttpRequest):
    """A request inside an organisation, as the navigation and the templates find it."""

    user: User
    htmx: Any
    organization: Organization
    permissions: frozenset[str]


@method_decorator(never_cache, name="dispatch")
class OrganizationPage(View):
    """A page of one organisation, for people with one permission. Times are in the organisation's timezone."""

    permission: ClassVar[str]
    template_name: ClassVar[str]
    request: PageRequest

    def dispatch(self, request: Any, slug: str, **parts: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        self.organization = organization_for(request.user, slug, self.permission)
        request.organization = self.organization
        request.permissions = permissions_of(request.user, self.organization)
        with timezone.override(self.organization.timezone):
            self.open()
            return super().dispatch(request, **parts)

    def open(self) -> None:
        """Find the row that the page is about. Raises Http404 or PermissionDenied."""

    def render(self, template: str | None = None, status: int = 200, **context: Any) -> HttpResponse:
        context = {"page": self, "organization": self.organization} | context
        return render(self.request, template or self.template_name, context, status=status)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.organization.slug, *args])

    def redirect(self, name: str, *args: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.url(name, *args))


@dataclass(frozen=True)
class Empty:
    """What a list without rows says, and where to go next: a URL name, if the person may."""

    icon: str
    title: str
    text: str
    action: str = ""
    label: str = ""
    permission: str = ""


class ListPage(OrganizationPage):
    """A table that is filtered, sorted and paged. htmx asks the same URL and gets the table alone."""

    template_name = "generic/list.html"
    fragment_name: ClassVar[str] = "generic/list_region.html"
    table_class: ClassVar[type[Table]]
    filterset_class: ClassVar[type[FilterSet]]
    empty: ClassVar[Empty]
    page_size: ClassVar[int] = 25

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get(self, request: PageRequest) -> HttpResponse:
        filterset = self.filterset_class(request.GET, queryset=self.rows(), request=request)
        table = self.table_class(filterset.qs)
        RequestConfig(request, paginate={"per_page": self.page_size}).configure(table)
        template = self.fragment_name if request.htmx else self.template_name
        return self.render(template, filter=filterset, table=table, empty=self.empty)


class FormPage(OrganizationPage):
    """A form whose `save` calls a service; what the service refuses appears at the fields."""

    template_name = "generic/form.html"
    form_class: ClassVar[type[BaseForm]]
    submit_label: ClassVar[str] = "Save"

    def form_arguments(self) -> dict[str, Any]:
        """What the form needs beyond the data."""
        return {"organization": self.organization}

    def save(self, form: Any) -> HttpResponseBase:
        """Call the service; the answer is usually a redirect."""
        raise NotImplementedError

    def get(self, request: PageRequest, **parts: Any) -> HttpResponse:
        return self.render(form=self.form_class(**self.form_arguments()))

    def post(self, request: PageRequest, **parts: Any) -> HttpResponseBase:
        form = self.form_class(request.POST, **self.form_arguments())
        if form.is_valid():
            try:
                return self.save(form)
            except ValidationError as refusal:
                add_refusal(form, refusal)
        return self.render(form=form, status=422)


class ConfirmPage(OrganizationPage):
    """A question before something that hurts: a dialog for htmx, a page otherwise; POST does it."""

    template_name = "generic/confirm.html"
    fragment_name: ClassVar[str] = "components/confirm_dialog.html"
    submit_label: ClassVar[str]

    def question(self) -> dict[str, Any]:
        """`title`, `text`, and `back`: the URL of where the person came from."""
        raise NotImplementedError

    def perform(self) -> HttpResponseBase:
        raise NotImplementedError

    def get(self, request: PageRequest, **parts: Any) -> HttpResponse:
        return self.render(self.fragment_name if request.htmx else self.template_name, **self.question())

    def post(self, request: PageRequest, **parts: Any) -> HttpResponseBase:
        try:
            return self.perform()
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return HttpResponseRedirect(self.question()["back"])


def add_refusal(form: BaseForm, refusal: ValidationError) -> None:
    """Put a service's errors where the person looks: at the field if the form has it, else above the form."""
    for field, errors in refusal.update_error_dict({}).items():
        for error in errors:
            name_taken = error.code == "unique_together" and "name" in form.fields
            if name_taken:
                form.add_error("name", "This name is in use already.")
            else:
                form.add_error(field if field in form.fields else None, error)


def _sign_in(request: Any) -> HttpResponse:
    """To the sign-in page; htmx must leave the page for it, not swap it in."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path())
