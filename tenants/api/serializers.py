"""Organisations, teams, members, keys and tokens as the API shows and takes them."""

from typing import Any

from knox.models import AuthToken
from rest_framework import serializers

from tenants.api.fields import OwnRowField, RowSerializer, TextMapField
from tenants.models import ApiKey, Membership, Organization, Team
from tenants.models.people import TeamRole


class OrganizationSerializer(RowSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["slug", "name", "timezone", "content_logging", "created_at"]


class TeamSerializer(RowSerializer[Team]):
    class Meta:
        model = Team
        fields = ["id", "slug", "name", "created_at"]


class TeamRolesField(serializers.DictField):
    """A person's places: a team's slug → lead or member. Teams that are not named stay; null takes them out."""

    child = serializers.ChoiceField(choices=TeamRole.choices, allow_null=True)

    def get_attribute(self, instance: Membership) -> dict[str, str]:
        places = instance.user.team_memberships.all()
        return {
            place.team.slug: place.role
            for place in places
            if place.team.organization_id == instance.organization_id  # people may be in other organisations too
        }


class MemberSerializer(RowSerializer[Membership]):
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    teams = TeamRolesField(required=False)

    class Meta:
        model = Membership
        fields = ["id", "email", "name", "role", "teams", "created_at"]


class NewMemberSerializer(MemberSerializer):
    email = serializers.EmailField(source="user.email")

    class Meta(MemberSerializer.Meta):
        extra_kwargs = {"role": {"required": True}}


class KeySerializer(RowSerializer[ApiKey]):
    team = OwnRowField(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    tags = TextMapField(required=False)
    created_by = serializers.SlugRelatedField[Any](slug_field="email", read_only=True)

    class Meta:
        model = ApiKey
        fields = [
            "id", "name", "team", "kind", "hint", "routes", "endpoints", "tags", "expires_at",
            "blocked", "revoked_at", "created_at", "created_by",
        ]  # fmt: skip
        read_only_fields = ["kind", "hint", "blocked", "revoked_at"]


class NewKeySerializer(KeySerializer):
    value = serializers.CharField(
        required=False, help_text="The key itself: shown in this answer only. Give one to import a known key."
    )

    class Meta(KeySerializer.Meta):
        fields = [*KeySerializer.Meta.fields, "value"]
        read_only_fields = ["hint", "blocked", "revoked_at"]


class TokenSerializer(RowSerializer[AuthToken]):
    id = serializers.CharField(source="token_key", read_only=True, help_text="The token's first characters.")
    expires_at = serializers.DateTimeField(source="expiry", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)

    class Meta:
        model = AuthToken
        fields = ["id", "expires_at", "created_at"]


class NewTokenSerializer(TokenSerializer):
    expires_at = serializers.DateTimeField(
        source="expiry", allow_null=True, default=None, help_text="Null: it holds until it is revoked."
    )
    token = serializers.CharField(read_only=True, help_text="Shown in this answer only.")

    class Meta(TokenSerializer.Meta):
        fields = ["id", "token", "expires_at", "created_at"]
