"""Forms about deployments and routes. They turn what a person types into what services take."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms

from routing.fields import TargetsField
from routing.models import Deployment, ProviderAccount, Route
from routing.models.route import Strategy
from routing.services.deployments import PRICED
from routing.services.routes import TIMEOUTS
from tenants.fields import LinesField
from tenants.models import Organization

USUAL_PRICES = ("input", "output", "cached_input")


def layout(*parts: Any) -> FormHelper:
    """The fields alone: generic/form.html brings the form tag and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*parts)
    return helper


class DeploymentForm(forms.Form):
    """``deployment``: the one that is changed, or None. ``provider_pk``: the provider that a new one begins with."""

    name = forms.CharField(max_length=63, help_text="Lower-case letters, digits, dots, dashes, underscores.")
    provider = forms.ModelChoiceField(queryset=ProviderAccount.objects.none(), empty_label=None)
    model = forms.CharField(
        max_length=200, help_text="The provider's own name for it, for instance gpt-4o-mini.",
        widget=forms.TextInput(attrs={"list": "model-names", "autocomplete": "off"}),
    )  # fmt: skip
    tags = LinesField(help_text="By lines or commas, for instance eu.", widget=forms.TextInput())
    enabled = forms.BooleanField(required=False, initial=True, label="Enabled: routes may send requests to it")

    def __init__(
        self,
        data: Any = None,
        *,
        organization: Organization,
        deployment: Deployment | None = None,
        provider_pk: str | None = None,
    ) -> None:
        super().__init__(data, initial=self._initial(deployment) if deployment else {"provider": provider_pk})
        self.fields["provider"].queryset = organization.providers.all()  # type: ignore[attr-defined]
        self._add_prices(deployment.price if deployment else None)
        self.helper = layout(
            Fieldset(
                "The deployment", Div("name", "provider", css_class="two-fields"),
                Div("model", "tags", css_class="two-fields"),
                HTML('{% include "routing/deployments/models.html" %}'), "enabled",
            ),
            self._prices(deployment.price if deployment else None),
        )  # fmt: skip

    def _initial(self, deployment: Deployment) -> dict[str, Any]:
        fields = {name: getattr(deployment, name) for name in ("name", "model", "enabled")}
        return fields | {"provider": deployment.provider_id, "tags": ", ".join(deployment.tags)}

    def _add_prices(self, price: dict[str, float] | None) -> None:
        for name in PRICED:
            self.fields[f"price_{name}"] = forms.FloatField(
                required=False, min_value=0, initial=(price or {}).get(name),
                label=name.replace("_", " ").capitalize(), widget=forms.NumberInput(attrs={"step": "any", "min": "0"}),
            )  # fmt: skip
        self.fields["price_input"].help_text = "Dollars per million tokens. All empty: from the price book."

    def _prices(self, price: dict[str, float] | None) -> Fieldset:
        """What every model has in sight; the rest folded up, unless something of it is set."""
        rare = [name for name in PRICED if name not in USUAL_PRICES]
        is_open = "open" if self.is_bound or any(name in (price or {}) for name in rare) else ""
        return Fieldset(
            "Own price", Div(*(f"price_{name}" for name in USUAL_PRICES), css_class="two-fields"),
            HTML(f'<details class="more-fields" {is_open}><summary>Other tokens, requests and searches</summary>'),
            Div(*(f"price_{name}" for name in rare), css_class="two-fields"), HTML("</details>"),
        )  # fmt: skip

    def service_fields(self) -> dict[str, Any]:
        """As create_deployment and update_deployment take them."""
        fields = {name: self.cleaned_data[name] for name in ("name", "provider", "model", "tags", "enabled")}
        price = {name: self.cleaned_data[f"price_{name}"] for name in PRICED}
        return fields | {"price": {name: value for name, value in price.items() if value is not None} or None}


class RouteForm(forms.Form):
    """``route``: the one that is changed, or None."""

    name = forms.CharField(max_length=127, help_text="The model name that apps ask for, for instance fast.")
    strategy = forms.ChoiceField(choices=Strategy.choices)
    targets = TargetsField()
    retries = forms.IntegerField(
        min_value=0, max_value=10, initial=1, help_text="Per target; attempts are at most targets × (1 + retries)."
    )

    def __init__(self, data: Any = None, *, organization: Organization, route: Route | None = None) -> None:
        super().__init__(data, initial=self._initial(route) if route else None)
        deployments = Deployment.objects.for_organization(organization)
        self.fields["targets"].use_deployments(deployments)  # type: ignore[attr-defined]
        self._add_timeouts()
        self.helper = layout(
            Fieldset("The route", "name"),
            Fieldset("Targets", "strategy", "targets"),
            Fieldset("Patience", Div("retries", *TIMEOUTS.values(), css_class="two-fields")),
        )

    def _initial(self, route: Route) -> dict[str, Any]:
        fields = {name: getattr(route, name) for name in ("name", "strategy", "retries")}
        fields |= {field: f"{getattr(route, field):g}" for field in TIMEOUTS.values()}
        targets = [(str(target.deployment_id), f"{target.weight:g}") for target in route.targets.all()]
        return fields | {"targets": targets}

    def _add_timeouts(self) -> None:
        for name, field in TIMEOUTS.items():
            self.fields[field] = forms.FloatField(
                min_value=0.05, initial=f"{getattr(Route(), field):g}",
                label=f"{name.replace('_', ' ').capitalize()} limit", help_text=TIMEOUT_HELP[name],
                widget=forms.NumberInput(attrs={"step": "any", "min": "0.05"}),
            )  # fmt: skip

    def service_fields(self) -> dict[str, Any]:
        """As create_route and update_route take them."""
        fields = {name: self.cleaned_data[name] for name in ("name", "strategy", "retries", "targets")}
        return fields | {"timeouts": {name: self.cleaned_data[field] for name, field in TIMEOUTS.items()}}


TIMEOUT_HELP = {
    "connect": "Seconds to reach the provider.",
    "first_token": "Seconds until the first content.",
    "idle": "Seconds between two pieces of a stream.",
    "total": "Seconds for all attempts together.",
}
