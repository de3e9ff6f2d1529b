"""The form of a provider account: its fields are those of the chosen kind, as the registry has them."""

from typing import Any

from crispy_forms.layout import HTML, Div, Fieldset
from django import forms
from django.forms import BoundField

from routing.fields import KeysField, KindWidget
from routing.forms import layout
from routing.models import ProviderAccount
from routing.providers.registry import KINDS, base_url_of, settings_of
from routing.providers.settings import Setting
from tenants.fields import PairsField
from tenants.models import Organization

USUAL = "openai_compatible"
GROUPS = {"own": "Dialects of their own", "look-alike": "OpenAI-compatible services", "local": "Servers of your own"}
# What a key looks like where it is more than one word, by how the kind signs.
KEY_HELP = {
    "aws": "Its key: a Bedrock API key, ACCESS:SECRET[:SESSION], or JSON with access_key_id and secret_access_key.",
    "azure": "Its key: an API key, or, for Entra ID, JSON with tenant_id, client_id and client_secret.",
    "google": "Its key: an API key, or the JSON key file of a service account.",
}


def kinds_by_group() -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of a kind, as a person looks for them."""
    rows = sorted(
        ((kind.group, kind.label or slug, slug) for slug, kind in KINDS.items()), key=lambda row: row[1].lower()
    )
    return [(title, [(slug, label) for group, label, slug in rows if group == name]) for name, title in GROUPS.items()]


class ProviderForm(forms.Form):
    """``provider``: the one that is changed, or None. ``kind``: whose fields to show, if not its own.

    API keys are write-only: empty leaves them as they are.
    """

    name = forms.CharField(max_length=63, help_text="Lower-case letters, digits, dots, dashes, underscores.")
    kind = forms.ChoiceField(choices=kinds_by_group, widget=KindWidget)
    base_url = forms.CharField(required=False, max_length=500, label="Address")
    api_keys = KeysField(
        label="API keys",
        widget=forms.Textarea(
            attrs={"rows": 2, "class": "mono", "autocomplete": "off", "spellcheck": "false",
                   "data-shown-for": "kind!=sandbox"}
        ),
    )  # fmt: skip
    headers = PairsField(separator=":", label="Extra headers", help_text="One a line: Name: value. No secrets here.")

    def __init__(
        self,
        data: Any = None,
        *,
        organization: Organization,
        provider: ProviderAccount | None = None,
        kind: str | None = None,
    ) -> None:
        chosen = (data.get("kind") if data else kind) or (provider.kind if provider else USUAL)
        self.chosen = chosen if chosen in KINDS else USUAL
        self.kind_row, self.known = KINDS[self.chosen], settings_of(self.chosen)
        super().__init__(data, initial=self._initial(provider))
        self.fields["kind"].widget.is_open = provider is None
        self._fit_address()
        for setting in self.known.values():
            self.fields[setting.name] = _field(setting)
        self._fit_keys(provider)
        self.helper = layout(
            Fieldset("The provider", "name", "kind", HTML('{% include "routing/providers/kind_fields.html" %}')),
            Fieldset("Access", "api_keys", Div("headers")),
        )

    def _initial(self, provider: ProviderAccount | None) -> dict[str, Any]:
        if provider is None:
            return {"kind": self.chosen}
        fields = {name: getattr(provider, name) for name in ("name", "base_url", "headers")}
        return fields | provider.settings | {"kind": self.chosen}

    def _fit_address(self) -> None:
        if self.kind_row.answers_here is not None:
            del self.fields["base_url"]
            return
        own = base_url_of(self.chosen, "", {})
        field = self.fields["base_url"]
        has_own = own or any(setting.required for setting in self.known.values())
        field.help_text = "Only where it is not the usual one." if has_own else "Up to and with /v1."
        field.widget.attrs |= {"inputmode": "url", "placeholder": own or "https://llm.example/v1"}

    def _fit_keys(self, provider: ProviderAccount | None) -> None:
        hints = [credential.hint for credential in provider.credentials.all()] if provider else []
        held = f"Now: {', '.join(f'…{hint}' for hint in hints)}. Empty: they stay. New ones replace all of them. "
        usual = (
            "One a line; the first that works is used, the others stand in for it. Stored encrypted, never shown again."
        )
        self.fields["api_keys"].help_text = f"{held if hints else ''}{usual}"

    @property
    def key_help(self) -> str:
        return KEY_HELP.get(self.kind_row.signer, "")

    @property
    def usual_settings(self) -> list[BoundField]:
        return [self[setting.name] for setting in self.known.values() if not setting.rare]

    @property
    def rare_settings(self) -> list[BoundField]:
        return [self[setting.name] for setting in self.known.values() if setting.rare]

    @property
    def shows_rare(self) -> bool:
        """Whether one of the rare settings says something, or is wrong."""
        return any(field.value() or field.errors for field in self.rare_settings)

    def service_fields(self) -> dict[str, Any]:
        """As create_provider and update_provider take them."""
        fields = {name: self.cleaned_data[name] for name in ("name", "kind", "headers")}
        fields["base_url"] = self.cleaned_data.get("base_url", "")
        fields["settings"] = {name: self.cleaned_data[name] for name in self.known}
        if self.cleaned_data["api_keys"]:
            fields["api_keys"] = self.cleaned_data["api_keys"]
        return fields


def _field(setting: Setting) -> forms.Field:
    label = setting.label + ("" if setting.required else " (optional)")
    if setting.choices:
        choices = [("", "As usual"), *((choice, choice) for choice in setting.choices)]
        return forms.ChoiceField(choices=choices, required=False, label=label, help_text=setting.help)
    return forms.CharField(required=False, label=label, help_text=setting.help)
