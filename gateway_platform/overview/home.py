"""Where people land: the page of their organisation that they were on, or may open first."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from gateway_platform.navigation import menu
from tenants.permissions import permissions_of
from tenants.scoping import organizations_of

LISTED = 100
LAST = "last_organization"  # in the session: the slug


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the organisation that was open last, else to the first one."""
    organizations = organizations_of(request.user)
    last = organizations.filter(slug=request.session.get(LAST)).first() or organizations.first()
    if last is None:
        return render(request, "overview/no_organization.html")
    return HttpResponseRedirect(reverse("organization", args=[last.slug]))


@login_required
def organizations(request: HttpRequest) -> HttpResponse:
    """All that the person may open, for those who have more than a menu holds."""
    text = request.GET.get("q", "")
    found = organizations_of(request.user).filter(Q(name__icontains=text) | Q(slug__icontains=text))
    template = "overview/organizations_list.html" if request.htmx else "overview/organizations.html"  # type: ignore[attr-defined]
    return render(request, template, {"found": found[:LISTED], "q": text, "most": LISTED})


@login_required
def organization(request: Any, slug: str) -> HttpResponse:
    """To the first page of an organisation that the person may open."""
    found = get_object_or_404(organizations_of(request.user), slug=slug)
    request.session[LAST] = found.slug
    groups = menu(found, permissions_of(request.user, found), path="")
    first = next(iter(groups.values()))[0]
    return HttpResponseRedirect(first.url)
