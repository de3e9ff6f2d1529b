"""The API of the request log and of sums over it."""

from typing import Any, cast, get_args

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import RequestFilter
from billing.api.serializers import RequestSerializer, UsageQuerySerializer, UsageSerializer
from billing.models import UsageEvent
from billing.reports import Dimension, UsageReport
from tenants.api.pagination import Feed
from tenants.api.scoped import Listed, ScopedViewSet


class RequestViewSet(Listed, ScopedViewSet[UsageEvent]):
    """The request log, newest first: one row a request."""

    queryset = UsageEvent.objects.all()
    serializer_class = RequestSerializer
    view_permission = "requests.view"
    lookup_field = "request_id"
    lookup_value_converter = "str"
    pagination_class = Feed
    filter_backends = [DjangoFilterBackend]
    filterset_class = RequestFilter
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> QuerySet[UsageEvent]:
        return UsageEvent.objects.for_organization(self.organization)

    def get_object(self) -> UsageEvent:
        event = self.get_queryset().filter(request_id=self.kwargs["request_id"]).first()
        if event is None:
            raise Http404("No such request")
        return event


class UsageViewSet(ScopedViewSet[UsageEvent]):
    """Sums over the request log."""

    queryset = UsageEvent.objects.none()  # only for the schema: reports read the rollups
    serializer_class = UsageSerializer
    view_permission = "spend.view"
    http_method_names = ["get", "head", "options"]

    @extend_schema(operation_id="usage_retrieve", parameters=[UsageQuerySerializer], responses=UsageSerializer)
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Requests, tokens, dollars and latency of a range, over time and by who used most."""
        query = UsageQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return Response(UsageSerializer(self._usage(**query.validated_data)).data)

    def _usage(self, **query: Any) -> dict[str, Any]:
        only = {name: query[name] for name in cast("tuple[Dimension, ...]", get_args(Dimension)) if name in query}
        report = UsageReport(self.organization, query["start"], query["end"], only)
        return {
            "start": query["start"],
            "end": query["end"],
            "totals": report.totals(),
            "duration": report.latency("duration"),
            "first_token": report.latency("first_token"),
            "series": report.series(),
            "top": report.top(query["by"], query["limit"]) if "by" in query else [],
        }
