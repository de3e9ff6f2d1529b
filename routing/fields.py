"""The form field of a route's targets: rows of a deployment and its weight, in the order of the page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from routing.models import Deployment

Row = tuple[str, str]  # deployment's id, weight: as typed


class TargetsWidget(forms.Widget):
    """Sends as many `targets` and `targets-weight` values as there are rows; the rows' order is the targets'."""

    template_name = "routing/routes/targets_widget.html"
    deployments: QuerySet[Deployment]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"rows": value or [("", "1")], "deployments": list(self.deployments)}
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        if not isinstance(data, MultiValueDict):
            return []
        chosen, weights = data.getlist(name), data.getlist(f"{name}-weight")
        return [(pk, weight) for pk, weight in zip(chosen, weights, strict=False) if pk]

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class TargetsField(forms.Field):
    """Cleans to what the route services take: dictionaries of a deployment and its weight."""

    widget = TargetsWidget
    default_error_messages = {"required": "A route needs at least one target."}

    def use_deployments(self, deployments: QuerySet[Deployment]) -> None:
        self.deployments = self.widget.deployments = deployments

    def clean(self, value: list[Row]) -> list[dict[str, Any]]:
        super().clean(value)
        known = {str(deployment.pk): deployment for deployment in self.deployments}
        return [{"deployment": self._deployment(known, pk), "weight": _weight(weight)} for pk, weight in value]

    def _deployment(self, known: dict[str, Deployment], pk: str) -> Deployment:
        if pk not in known:
            raise ValidationError("A chosen deployment is no longer there.")
        return known[pk]


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        raise ValidationError(f"“{text}” is no weight; write a number such as 1 or 0.5.") from None
