"""Form fields of this app: a route's targets, a provider's kind, and its API keys."""

import json
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

from routing.models import Deployment
from tenants.fields import LinesField

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


class KindWidget(forms.widgets.ChoiceWidget):
    """All kinds in their groups, with a search above them; choosing one asks the page for that kind's fields."""

    template_name = "routing/providers/kind_widget.html"
    is_open = True  # else one has to ask for the list

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        chosen = next((option["label"] for option in options if option["selected"]), "")
        context["widget"] |= {"count": len(options), "chosen": chosen, "is_open": self.is_open}
        return context

    def id_for_label(self, id_: str | None, index: str = "0") -> str:
        return ""


class KeysField(LinesField):
    """API keys, by lines or commas; a key that is a JSON object may go over several lines."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        keys, rest = [], value.strip(", \r\n\t")
        while rest:
            key, rest = _json_key(rest) if rest.startswith("{") else _word(rest)
            keys.append(key)
            rest = rest.lstrip(", \r\n\t")
        return list(dict.fromkeys(keys))


def _word(text: str) -> tuple[str, str]:
    end = re.search(r"[,\n]", text)
    return (text, "") if end is None else (text[: end.start()].strip(), text[end.end() :])


def _json_key(text: str) -> tuple[str, str]:
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except ValueError as error:
        raise ValidationError(f"What begins with {{ is no whole JSON object: {error}.") from None
    return json.dumps(found), text[end:]
