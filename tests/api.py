"""What tests of the management API share: people with roles, clients that speak for them."""

from typing import Any
from uuid import uuid4

from rest_framework.test import APIClient

from tenants.models import Organization, User
from tenants.models.people import Role
from tenants.services import add_member, create_organization


def new_organization() -> Organization:
    """An organisation of its own for one test."""
    slug = f"acme-{uuid4().hex[:8]}"
    return create_organization(actor=None, slug=slug, name=slug)


def member(organization: Organization, role: str) -> User:
    """A new person with this role."""
    email = f"{role}-{uuid4().hex[:8]}@acme.example"
    return add_member(actor=None, organization=organization, email=email, role=role).user


def operator() -> User:
    """Somebody who runs the platform."""
    return User.objects.create_user(f"operator-{uuid4().hex[:8]}@platform.example", is_operator=True)


class Api:
    """A client that speaks for one person about one organisation's objects."""

    def __init__(self, organization: Organization, person: User) -> None:
        self.organization = organization
        self.person = person
        self.http = APIClient()
        self.http.force_login(person)

    def url(self, *parts: object) -> str:
        """`url("keys", 7, "block")` → /api/v1/organizations/acme/keys/7/block/"""
        return "/".join(["/api/v1/organizations", self.organization.slug, *map(str, parts), ""])

    def get(self, *parts: object, **query: Any) -> Any:
        return self.http.get(self.url(*parts), query)

    def post(self, *parts: object, **body: Any) -> Any:
        return self.http.post(self.url(*parts), body)

    def patch(self, *parts: object, **body: Any) -> Any:
        return self.http.patch(self.url(*parts), body)

    def delete(self, *parts: object) -> Any:
        return self.http.delete(self.url(*parts))


def as_role(organization: Organization, role: str = Role.ADMIN) -> Api:
    """A client that speaks for a new person with this role."""
    return Api(organization, member(organization, role))
