"""Forms about keys. They turn what a person picks into what services take; rules live in services."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from tenants.fields import LinesField, PairsField
from tenants.models import ApiKey, Organization, Team
from tenants.models.key import Endpoint, KeyKind

ALL, SOME = "all", "some"
REACH = [(ALL, "Everything"), (SOME, "Only these")]


class KeyForm(forms.Form):
    """A key's settings.

    ``key``: the one that is changed, or None for a new one. ``teams``: those that the person manages keys of;
    ``any_team``: they manage keys of no team, too.
    """

    name = forms.CharField(max_length=100, help_text="What or who uses it, for instance search-prod.")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="No team")
    kind = forms.ChoiceField(
        choices=KeyKind.choices, initial=KeyKind.LIVE, help_text="Test keys reach the free sandbox provider alone."
    )
    expires_at = forms.DateTimeField(
        required=False,
        label="Expires",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Empty: never.",
    )
    route_reach = forms.ChoiceField(choices=REACH, initial=ALL, label="Routes", widget=forms.RadioSelect)
    chosen_routes = forms.MultipleChoiceField(
        required=False, label="Choose routes",
        widget=forms.CheckboxSelectMultiple(attrs={"data-shown-for": "route_reach=some"}),
    )  # fmt: skip
    route_patterns = LinesField(
        label="Other names and wildcards", help_text="One a line, for instance gpt-* or openai-main/*.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "data-shown-for": "route_reach=some"}),
    )  # fmt: skip
    endpoint_reach = forms.ChoiceField(choices=REACH, initial=ALL, label="Endpoints", widget=forms.RadioSelect)
    chosen_endpoints = forms.MultipleChoiceField(
        required=False, label="Choose endpoints", choices=Endpoint.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"data-shown-for": "endpoint_reach=some"}),
    )  # fmt: skip
    tags = PairsField(help_text="One a line: name = value. They are copied to each usage row.")

    def __init__(
        self,
        data: Any = None,
        *,
        organization: Organization,
        teams: QuerySet[Team],
        any_team: bool,
        key: ApiKey | None = None,
    ) -> None:
        self.names = route_names(organization)
        super().__init__(data, initial=self._initial(key) if key else None)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["team"].required = not any_team
        self.fields["chosen_routes"].choices = [(name, name) for name in self.names]  # type: ignore[attr-defined]
        if key:
            del self.fields["kind"]
        if not self.names:
            del self.fields["chosen_routes"]
        self.helper = _helper(self)

    def _initial(self, key: ApiKey) -> dict[str, Any]:
        routes = key.routes or []
        return {
            "name": key.name, "team": key.team_id, "expires_at": key.expires_at, "tags": key.tags,
            "route_reach": ALL if key.routes is None else SOME,
            "chosen_routes": [name for name in routes if name in self.names],
            "route_patterns": [name for name in routes if name not in self.names],
            "endpoint_reach": ALL if key.endpoints is None else SOME,
            "chosen_endpoints": key.endpoints or [],
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("route_reach") == SOME and not self._routes():
            self.add_error("route_reach", ValidationError("Choose at least one route, or let it call everything."))
        if cleaned.get("endpoint_reach") == SOME and not cleaned.get("chosen_endpoints"):
            self.add_error("endpoint_reach", ValidationError("Choose at least one endpoint, or let it call all."))
        return cleaned

    def _routes(self) -> list[str]:
        return [*self.cleaned_data.get("chosen_routes", []), *self.cleaned_data.get("route_patterns", [])]

    def service_fields(self) -> dict[str, Any]:
        """As create_key and update_key take them."""
        cleaned = self.cleaned_data
        fields = {name: cleaned[name] for name in ("name", "team", "expires_at", "tags")}
        if "kind" in cleaned:
            fields["kind"] = cleaned["kind"]
        fields["routes"] = None if cleaned["route_reach"] == ALL else self._routes()
        fields["endpoints"] = None if cleaned["endpoint_reach"] == ALL else cleaned["chosen_endpoints"]
        return fields


def route_names(organization: Organization) -> list[str]:
    """Names of the organisation's routes, reached from its side: this app does not know the routing app."""
    return list(organization.routes.order_by("name").values_list("name", flat=True))


def _helper(form: forms.Form) -> FormHelper:
    def present(*names: str) -> list[str]:
        return [name for name in names if name in form.fields]

    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        Fieldset("The key", "name", Div(*present("team", "kind", "expires_at"), css_class="two-fields")),
        Fieldset(
            "What it may call", *present("route_reach", "chosen_routes", "route_patterns"),
            *present("endpoint_reach", "chosen_endpoints"),
        ),
        Fieldset("Labels", "tags"),
    )  # fmt: skip
    return helper
