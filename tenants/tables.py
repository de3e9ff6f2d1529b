"""The list of keys."""

import django_tables2 as tables

from tenants.models import ApiKey


class KeyTable(tables.Table):
    name = tables.TemplateColumn(template_name="tenants/keys/cells/name.html", order_by="name")
    team = tables.Column(accessor="team__name", verbose_name="Team", default="–")
    access = tables.TemplateColumn(
        template_name="tenants/keys/cells/access.html", verbose_name="May call", orderable=False
    )
    expires_at = tables.TemplateColumn(template_name="tenants/keys/cells/expiry.html", verbose_name="Expires")
    created_at = tables.DateColumn(format="j M Y", verbose_name="Created")
    state = tables.TemplateColumn(template_name="tenants/keys/cells/state.html", orderable=False)

    class Meta:
        model = ApiKey
        fields: list[str] = []
        sequence = ("name", "state", "team", "access", "expires_at", "created_at")
        order_by = "name"
        attrs = {"caption": "API keys"}
