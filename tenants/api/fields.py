"""Serializer parts that the API of every app shares."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)


# Docstrings of serializers and fields go into the OpenAPI file, so what is said to readers of the code is a comment.


# Refuses names that it does not know: a misspelt setting must not be lost in silence.
class StrictSerializer(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


# A model's row. Nobody calls its `save`: writing is the services' work.
class RowSerializer(StrictSerializer, serializers.ModelSerializer[Row]):
    pass


# Another row of the same organisation, by its name; another tenant's row does not exist.
class OwnRowField(serializers.SlugRelatedField[Row]):
    def get_queryset(self) -> QuerySet[Row]:
        rows: QuerySet[Row] = super().get_queryset()  # type: ignore[assignment]  # always given where it is written
        return rows.filter(organization=self.context["organization"])


# Name → text.
class TextMapField(serializers.DictField):
    child = serializers.CharField(allow_blank=True)
