"""Serializer parts that the API of every app shares."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names that it does not know: a misspelt setting must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class RowSerializer(StrictSerializer, serializers.ModelSerializer[Row]):
    """A model's row. Writing is the services' work, so there is no `save` here."""


class OwnRowField(serializers.SlugRelatedField[Row]):
    """Another row of the same organisation, by its name; another tenant's row does not exist."""

    def get_queryset(self) -> QuerySet[Row]:
        rows: QuerySet[Row] = super().get_queryset()  # type: ignore[assignment]  # always given where it is written
        return rows.filter(organization=self.context["organization"])


class TextMapField(serializers.DictField):
    """Name → text."""

    child = serializers.CharField(allow_blank=True)
