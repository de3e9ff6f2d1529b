"""What every API view of a tenant's objects shares: the organisation from the address, permissions, and writes
that go through services.

A view of a new object names its serializer and two permissions, says where its rows are, and hands writes to the
app's services in `create_row`, `update_row` and `delete_row`, as far as it mixes those actions in.
"""

from typing import Any, TypeVar, cast

from django.db.models import Model
from rest_framework import mixins
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from tenants.models import Organization, User
from tenants.scoping import organization_for

SCOPE = "organizations/<str:organization>/"  # before the names of an organisation's objects in every urls.py
Row = TypeVar("Row", bound=Model)


class ApiViewSet(GenericViewSet[Row]):
    """A view with separate words for a new object and for one that exists."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    create_serializer_class: type[BaseSerializer[Row]] | None = None

    @property
    def actor(self) -> User:
        """Whoever asks; nobody gets past authentication without being somebody."""
        return cast(User, self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer[Row]]:
        if self.action == "create" and self.create_serializer_class:
            return self.create_serializer_class
        return super().get_serializer_class()


class ScopedViewSet(ApiViewSet[Row]):
    """Objects of the organisation in the address: 404 for strangers, 403 for members without the permission."""

    view_permission: str
    manage_permission: str
    lookup_value_converter = "int"
    organization: Organization

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # A method that there is none of is refused later, with 405.
        reads = request.method in SAFE_METHODS or self.action is None
        permission = self.view_permission if reads else self.manage_permission
        self.organization = organization_for(self.actor, kwargs["organization"], permission)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "organization": getattr(self, "organization", None)}


class Listed(mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """GET of all and of one."""


class Created(mixins.CreateModelMixin):
    """POST."""

    def create_row(self, **fields: Any) -> Model:
        raise NotImplementedError

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        serializer.instance = self.create_row(**serializer.validated_data)


class Updated(mixins.UpdateModelMixin):
    """PATCH."""

    def update_row(self, row: Any, **changes: Any) -> None:
        raise NotImplementedError

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        self.update_row(serializer.instance, **serializer.validated_data)
        # As it is now, with all that hangs on it.
        serializer.instance = self.get_object()  # type: ignore[attr-defined]


class Deleted(mixins.DestroyModelMixin):
    """DELETE."""

    def delete_row(self, row: Any) -> None:
        raise NotImplementedError

    def perform_destroy(self, instance: Model) -> None:
        self.delete_row(instance)


class Written(Created, Updated, Deleted):
    """All three."""
