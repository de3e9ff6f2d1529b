"""What holds between rows: a route never loses its last target in silence."""

from collections.abc import Collection

from django.core.exceptions import ValidationError

from routing.models import Deployment, Route, RouteTarget


def refuse_lonely_routes(deployments: Collection[Deployment]) -> None:
    """Raise ValidationError if some route has no other targets than these deployments."""
    others = RouteTarget.objects.exclude(deployment__in=deployments)
    touched = Route.objects.filter(targets__deployment__in=deployments)
    lonely = touched.exclude(targets__in=others).distinct().values_list("name", flat=True)
    if lonely:
        names = ", ".join(lonely)
        raise ValidationError(f"It is the last target of {names}; change or delete that route first.")
