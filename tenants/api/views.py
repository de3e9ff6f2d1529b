"""The API of organisations, teams, members, keys and tokens."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import services
from tenants.api.filters import KeyFilter
from tenants.api.scoped import ApiViewSet, Created, Deleted, Listed, ScopedViewSet, Updated, Written
from tenants.api.serializers import (
    KeySerializer,
    MemberSerializer,
    NewKeySerializer,
    NewMemberSerializer,
    NewTokenSerializer,
    OrganizationSerializer,
    TeamSerializer,
    TokenSerializer,
)
from tenants.models import ApiKey, Membership, Organization, Team
from tenants.scoping import key_for, keys_for, organization_for, organizations_of, require


class OrganizationViewSet(Listed, Created, Updated, ApiViewSet[Organization]):
    """Organisations that you belong to; operators see all of them and make new ones."""

    queryset = Organization.objects.all()
    serializer_class = OrganizationSerializer
    lookup_field = "slug"
    lookup_value_converter = "str"
    ordering_fields = ["name", "slug", "created_at"]

    def get_queryset(self) -> QuerySet[Organization]:
        return organizations_of(self.request.user)

    def get_object(self) -> Organization:
        permission = "organization.view" if self.request.method in SAFE_METHODS else "organization.manage"
        return organization_for(self.request.user, self.kwargs["slug"], permission)

    def create_row(self, **fields: Any) -> Organization:
        if not self.actor.is_operator:
            raise PermissionDenied("Only operators of the platform make organisations.")
        return services.create_organization(actor=self.actor, **fields)

    def update_row(self, row: Organization, **changes: Any) -> None:
        services.update_organization(actor=self.actor, organization=row, **changes)
        self.kwargs["slug"] = row.slug  # from here on it goes by this name


class TeamViewSet(Listed, Written, ScopedViewSet[Team]):
    """Teams of an organisation. Deleting one deletes its keys."""

    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    view_permission, manage_permission = "teams.view", "teams.manage"
    filterset_fields = ["slug"]
    ordering_fields = ["name", "slug", "created_at"]

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.for_organization(self.organization)

    def create_row(self, **fields: Any) -> Team:
        return services.create_team(actor=self.actor, organization=self.organization, **fields)

    def update_row(self, row: Team, **changes: Any) -> None:
        services.update_team(actor=self.actor, team=row, **changes)

    def delete_row(self, row: Team) -> None:
        services.delete_team(actor=self.actor, team=row)


class MemberViewSet(Listed, Written, ScopedViewSet[Membership]):
    """People of an organisation, their role in it and their places in its teams."""

    queryset = Membership.objects.all()
    serializer_class = MemberSerializer
    create_serializer_class = NewMemberSerializer
    view_permission, manage_permission = "members.view", "members.manage"
    filterset_fields = ["role"]
    ordering_fields = ["created_at", "role"]

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.for_organization(self.organization)

    @transaction.atomic
    def create_row(self, **fields: Any) -> Membership:
        membership = self._set_role(fields["user"]["email"], fields["role"])
        self._set_places(membership, fields.get("teams", {}))
        return membership

    @transaction.atomic
    def update_row(self, row: Membership, **changes: Any) -> None:
        if "role" in changes:
            self._set_role(row.user.email, changes["role"])
        self._set_places(row, changes.get("teams", {}))

    def delete_row(self, row: Membership) -> None:
        services.remove_member(actor=self.actor, membership=row)

    def _set_role(self, email: str, role: str) -> Membership:
        return services.add_member(actor=self.actor, organization=self.organization, email=email, role=role)

    def _set_places(self, membership: Membership, places: Mapping[str, str | None]) -> None:
        teams = {team.slug: team for team in Team.objects.for_organization(self.organization)}
        for slug, role in places.items():
            if slug not in teams:
                raise ValidationError({"teams": f"There is no team {slug}."})
            services.set_team_role(actor=self.actor, team=teams[slug], user=membership.user, role=role)


class KeyViewSet(Listed, Created, Updated, ScopedViewSet[ApiKey]):
    """API keys. A team's lead manages the team's own; everybody else's permission is the organisation's."""

    queryset = ApiKey.objects.all()
    serializer_class = KeySerializer
    create_serializer_class = NewKeySerializer
    view_permission = manage_permission = "organization.view"  # the rest depends on the key's team
    filterset_class = KeyFilter
    ordering_fields = ["name", "created_at", "expires_at"]

    def get_queryset(self) -> QuerySet[ApiKey]:
        return keys_for(self.actor, self.organization, "keys.view")

    def get_object(self) -> ApiKey:
        permission = "keys.view" if self.request.method in SAFE_METHODS else "keys.manage"
        return key_for(self.actor, self.organization, self.kwargs["pk"], permission)

    def create_row(self, **fields: Any) -> ApiKey:
        self._require_team(fields.get("team"))
        key, value = services.create_key(actor=self.actor, organization=self.organization, **fields)
        key.value = value  # type: ignore[attr-defined]  # for this one answer
        return key

    def update_row(self, row: ApiKey, **changes: Any) -> None:
        if "team" in changes:
            self._require_team(changes["team"])
        services.update_key(actor=self.actor, key=row, **changes)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, **kwargs: Any) -> Response:
        """Stop the key, until it is unblocked."""
        return self._answer(services.block_key(actor=self.actor, key=self.get_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Request, **kwargs: Any) -> Response:
        """Let a blocked key work again."""
        return self._answer(services.unblock_key(actor=self.actor, key=self.get_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, **kwargs: Any) -> Response:
        """End the key for good."""
        return self._answer(services.revoke_key(actor=self.actor, key=self.get_object()))

    def _require_team(self, team: Team | None) -> None:
        require(self.actor, self.organization, "keys.manage", team)

    def _answer(self, key: ApiKey) -> Response:
        return Response(self.get_serializer(key).data)


class TokenViewSet(ListModelMixin, Created, Deleted, ApiViewSet[AuthToken]):
    """Your own tokens for this API: `Authorization: Token …`."""

    queryset = AuthToken.objects.all()
    serializer_class = TokenSerializer
    create_serializer_class = NewTokenSerializer
    lookup_field = "token_key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "str"
    ordering_fields = ["created", "expiry"]
    ordering = ["-created"]

    def get_queryset(self) -> QuerySet[AuthToken]:
        return AuthToken.objects.filter(user=self.actor)

    def create_row(self, **fields: Any) -> AuthToken:
        token, value = services.create_token(actor=self.actor, expires_at=fields["expiry"])
        token.token = value  # for this one answer
        return token

    def delete_row(self, row: AuthToken) -> None:
        services.revoke_token(actor=self.actor, token=row)
