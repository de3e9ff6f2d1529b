"""The lists of providers, deployments and routes."""

import django_tables2 as tables

from routing.models import Deployment, ProviderAccount, Route

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


def cell(name: str, **options: object) -> tables.TemplateColumn:
    return tables.TemplateColumn(template_name=f"routing/{name}.html", **options)


class ProviderTable(tables.Table):
    name = cell("providers/cells/name")
    kind = tables.Column()
    credentials = cell("providers/cells/credentials", orderable=False, verbose_name="API keys")
    deployments = tables.Column(accessor="deployment_count", verbose_name="Deployments", attrs=NUMBER)
    created_at = tables.DateColumn(format="j M Y", verbose_name="Created")

    class Meta:
        model = ProviderAccount
        fields: list[str] = []
        order_by = "name"
        attrs = {"caption": "Providers"}


class DeploymentTable(tables.Table):
    name = cell("deployments/cells/name")
    provider = tables.Column(accessor="provider__name", verbose_name="Provider")
    price = cell("deployments/cells/price", orderable=False, verbose_name="Price in / out per 1M")
    routes = tables.Column(accessor="route_count", verbose_name="Routes", attrs=NUMBER)
    enabled = cell("deployments/cells/state", verbose_name="State")
    test = cell("deployments/cells/test", orderable=False, verbose_name="Does it answer?")

    class Meta:
        model = Deployment
        fields: list[str] = []
        order_by = "name"
        attrs = {"caption": "Deployments"}


class RouteTable(tables.Table):
    name = cell("routes/cells/name")
    strategy = cell("routes/cells/strategy")
    targets = cell("routes/cells/targets", orderable=False, verbose_name="Targets")
    retries = tables.Column(attrs=NUMBER)
    total_timeout = cell("routes/cells/timeout", verbose_name="Time limit", attrs=NUMBER)

    class Meta:
        model = Route
        fields: list[str] = []
        order_by = "name"
        attrs = {"caption": "Routes"}
