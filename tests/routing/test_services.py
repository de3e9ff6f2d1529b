"""Writes to providers, deployments and routes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from routing.encryption import decrypt
from routing.models import Credential, Deployment, ProviderAccount, Route, RouteTarget
from routing.services import (
    create_deployment,
    create_provider,
    create_route,
    delete_deployment,
    delete_provider,
    delete_route,
    set_credentials,
    update_deployment,
    update_provider,
    update_route,
)
from tenants.models import AuditEvent, Organization
from tests.announcements import Announcements
from tests.api import new_organization

SECRET = "sk-0123456789abcdefWXYZ"
URL = "https://api.provider.example/v1"


def _refused(call: Callable[..., Any], **arguments: Any) -> list[str]:
    """The fields that a call is refused for."""
    with pytest.raises(ValidationError) as caught:
        call(actor=None, **arguments)
    error = caught.value
    return list(error.message_dict) if hasattr(error, "error_dict") else ["__all__"]


def _provider(organization: Organization, **fields: Any) -> ProviderAccount:
    fields = {"name": "main", "kind": "openai_compatible", "base_url": URL, **fields}
    return create_provider(actor=None, organization=organization, **fields)


def _deployment(organization: Organization, name: str = "mini") -> Deployment:
    provider = organization.providers.first() or _provider(organization)
    return create_deployment(actor=None, organization=organization, provider=provider, name=name, model="m")


def _route(organization: Organization, *deployments: Deployment, **fields: Any) -> Route:
    targets = [{"deployment": deployment} for deployment in deployments]
    return create_route(actor=None, organization=organization, **{"name": "fast", "targets": targets, **fields})


def _last() -> AuditEvent:
    return AuditEvent.objects.latest("id")


# Providers


def test_credentials_are_stored_encrypted_and_in_order(organization: Organization) -> None:  # B15
    provider = _provider(organization, api_keys=[SECRET, f"{SECRET}2"])
    first, second = provider.credentials.all()
    assert (decrypt(first.encrypted), decrypt(second.encrypted)) == (SECRET, f"{SECRET}2")
    assert SECRET.encode() not in bytes(first.encrypted)
    assert (first.hint, _last().after) == ("WXYZ", {"hints": ["WXYZ", "XYZ2"]})


def test_the_same_credentials_again_change_nothing(organization: Organization) -> None:
    provider = _provider(organization, api_keys=[SECRET])
    before = AuditEvent.objects.count(), Credential.objects.get().pk
    set_credentials(actor=None, provider=provider, api_keys=[SECRET])
    update_provider(actor=None, provider=provider, base_url=f"{URL}/", api_keys=[f" {SECRET}\n"])
    assert (AuditEvent.objects.count(), Credential.objects.get().pk) == before


def test_credentials_are_replaced_whole(organization: Organization) -> None:
    provider = _provider(organization, api_keys=[SECRET, f"{SECRET}2"])
    set_credentials(actor=None, provider=provider, api_keys=[f"{SECRET}3"])
    assert decrypt(Credential.objects.get().encrypted) == f"{SECRET}3"


def test_a_short_secret_has_no_hint(organization: Organization) -> None:
    assert _provider(organization, api_keys=["secret"]).credentials.get().hint == ""


def test_another_host_does_not_get_the_old_credentials(organization: Organization) -> None:  # B16
    provider = _provider(organization, api_keys=[SECRET])
    elsewhere = "https://attacker.example/v1"
    assert _refused(update_provider, provider=provider, base_url=elsewhere) == ["api_keys"]
    assert _refused(update_provider, provider=provider, base_url="http://api.provider.example/v1") == ["api_keys"]
    update_provider(actor=None, provider=provider, base_url="https://api.provider.example/v2")
    update_provider(actor=None, provider=provider, base_url=elsewhere, api_keys=["sk-for-the-new-host"])
    assert decrypt(Credential.objects.get().encrypted) == "sk-for-the-new-host"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Not A Name"), ("kind", "telepathy"), ("base_url", ""), ("base_url", "ftp://host/v1"),
        ("base_url", "http://169.254.169.254/v1"), ("base_url", "https://user:pass@host/v1"),
        ("headers", {"Bad Name": "x"}), ("headers", {"X-A": "a\r\nX-B: b"}), ("headers", {"X-A": 1}),
        ("headers", {"Authorization": "Bearer x"}), ("headers", {"Host": "x"}), ("api_keys", ["a\nb"]),
        ("api_keys", [""]),
    ],
)  # fmt: skip
def test_a_provider_is_checked_field_by_field(organization: Organization, field: str, value: Any) -> None:
    fields = {"name": "main", "kind": "openai_compatible", "base_url": URL, field: value}
    assert _refused(create_provider, organization=organization, **fields) == [field]


# B16: settings and kind say where keys go as well
@pytest.mark.parametrize("change", [{"settings": {"region": "us-east-1"}}, {"kind": "openai", "settings": {}}])
def test_keys_do_not_follow_settings_to_another_host(organization: Organization, change: dict[str, Any]) -> None:
    provider = _provider(
        organization, kind="bedrock", base_url="", settings={"region": "eu-central-1"}, api_keys=[SECRET]
    )
    assert _refused(update_provider, provider=provider, **change) == ["api_keys"]
    update_provider(actor=None, provider=provider, **change, api_keys=["sk-for-the-new-host"])
    assert decrypt(Credential.objects.get().encrypted) == "sk-for-the-new-host"


def test_settings_are_kept_as_the_kind_knows_them(organization: Organization) -> None:
    provider = _provider(organization, kind="vertex", base_url="", settings={"region": " eu ", "project": ""})
    assert provider.settings == {"region": "eu"}
    update_provider(
        actor=None, provider=provider, kind="gemini", base_url="https://aiplatform.eu.rep.googleapis.com/v1"
    )
    assert ProviderAccount.objects.get().settings == {}


@pytest.mark.parametrize(
    ("kind", "settings", "wrong"),
    [
        ("bedrock", {}, "region"), ("bedrock", {"region": "eu.attacker.example/"}, "region"),
        ("bedrock", {"region": 1}, "region"), ("anthropic", {"region": "eu-central-1"}, "region"),
        ("openai", {"api": "converse"}, "api"), ("openai", {"forward_headers": "X-A, Cookie"}, "forward_headers"),
        ("openai", {"forward_headers": "x-amz-date"}, "forward_headers"),
        ("sandbox", {"forward_headers": "x-a"}, "forward_headers"),
        ("openai", {"forward_fields": "model"}, "forward_fields"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(organization: Organization, kind: str, settings: dict[str, Any], wrong: str) -> None:
    fields = {"name": "main", "kind": kind, "settings": settings}
    assert _refused(create_provider, organization=organization, **fields) == [wrong]


def test_an_address_of_ones_own_needs_no_region(organization: Organization) -> None:
    assert _provider(organization, kind="bedrock", base_url="https://bedrock.proxy.example").settings == {}


def test_private_addresses_are_the_operators_choice(organization: Organization, settings: Any) -> None:  # B16
    assert _provider(organization, base_url="http://10.0.0.7:8000/v1/").base_url == "http://10.0.0.7:8000/v1"
    settings.ALLOW_PRIVATE_UPSTREAMS = False
    fields = {"name": "other", "kind": "openai_compatible", "base_url": "http://10.0.0.7/v1"}
    assert _refused(create_provider, organization=organization, **fields) == ["base_url"]


def test_the_sandbox_has_no_address(organization: Organization) -> None:
    assert _provider(organization, kind="sandbox", base_url="").base_url == ""
    fields = {"name": "other", "kind": "sandbox", "base_url": URL}
    assert _refused(create_provider, organization=organization, **fields) == ["base_url"]


# Deployments


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Not A Name"), ("model", ""), ("price", {"input": 1}), ("price", {"input": 1, "output": -1}),
        ("price", {"input": True, "output": 1}), ("price", {"input": 1, "output": float("inf")}),
        ("price", {"input": 1, "output": 1, "thinking": 1}), ("tags", [""]),
    ],
)  # fmt: skip
def test_a_deployment_is_checked_field_by_field(organization: Organization, field: str, value: Any) -> None:
    fields = {"name": "mini", "model": "m", "provider": _provider(organization), field: value}
    assert _refused(create_deployment, organization=organization, **fields) == [field]


def test_another_organizations_provider_is_refused(organization: Organization, stranger: Organization) -> None:
    theirs = _provider(stranger)
    assert _refused(create_deployment, organization=organization, name="d", model="m", provider=theirs) == ["provider"]
    own = _deployment(organization)
    assert _refused(update_deployment, deployment=own, provider=theirs) == ["provider"]


def test_a_routes_last_target_stays(organization: Organization) -> None:
    one, two = _deployment(organization, "one"), _deployment(organization, "two")
    route = _route(organization, one, two)
    delete_deployment(actor=None, deployment=one)
    assert _refused(delete_deployment, deployment=two) == ["__all__"]
    assert _refused(delete_provider, provider=ProviderAccount.objects.get()) == ["__all__"]
    delete_route(actor=None, route=route)
    delete_provider(actor=None, provider=ProviderAccount.objects.get())
    assert not Deployment.objects.exists()
    assert _last().before["deployments"] == ["two"]


# Routes


def test_a_route_has_targets_in_order_and_four_time_limits(organization: Organization) -> None:
    one, two = _deployment(organization, "one"), _deployment(organization, "two")
    targets = [{"deployment": two, "weight": 3}, {"deployment": one}]
    route = _route(organization, targets=targets, strategy="weighted", timeouts={"idle": 7})
    rows = RouteTarget.objects.filter(route=route).values_list("deployment__name", "weight", "position")
    assert list(rows) == [("two", 3, 0), ("one", 1, 1)]
    limits = (route.connect_timeout, route.first_token_timeout, route.idle_timeout, route.total_timeout)
    assert limits == (5, 30, 7, 600)


def test_targets_are_replaced_whole_and_the_change_recorded(organization: Organization) -> None:
    one, two = _deployment(organization, "one"), _deployment(organization, "two")
    route = _route(organization, one, two)
    update_route(actor=None, route=route, targets=[{"deployment": two}, {"deployment": one, "weight": 0}])
    assert (_last().action, _last().after) == (
        "route.set_targets",
        {"targets": [{"deployment": "two", "weight": 1.0}, {"deployment": "one", "weight": 0.0}]},
    )
    assert list(route.targets.values_list("deployment__name", flat=True)) == ["two", "one"]


def test_the_same_route_again_changes_nothing(organization: Organization) -> None:
    deployment = _deployment(organization)
    route = _route(organization, deployment)
    before = AuditEvent.objects.count()
    update_route(actor=None, route=route, targets=[{"deployment": deployment}], retries=1, timeouts={"total": 600})
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "no spaces"), ("strategy", "luck"), ("retries", 11), ("retries", -1), ("targets", []),
        ("timeouts", {"patience": 1}),
    ],
)  # fmt: skip
def test_a_route_is_checked_field_by_field(organization: Organization, field: str, value: Any) -> None:
    fields = {"name": "fast", "targets": [{"deployment": _deployment(organization)}], field: value}
    assert _refused(create_route, organization=organization, **fields) == [field]


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_time_limit_is_a_number_of_seconds(organization: Organization, seconds: float) -> None:
    fields = {"name": "fast", "targets": [{"deployment": _deployment(organization)}], "timeouts": {"idle": seconds}}
    assert _refused(create_route, organization=organization, **fields) == ["timeouts"]


@pytest.mark.parametrize("weights", [[0], [-1], [float("nan")], [float("inf")]])
def test_weights_are_shares(organization: Organization, weights: list[float]) -> None:
    deployment = _deployment(organization)
    targets = [{"deployment": deployment, "weight": weight} for weight in weights]
    assert _refused(create_route, organization=organization, name="fast", targets=targets) == ["targets"]


def test_a_target_is_named_once_and_is_ones_own(organization: Organization, stranger: Organization) -> None:
    own, theirs = _deployment(organization), _deployment(stranger)
    for targets in ([{"deployment": own}, {"deployment": own}], [{"deployment": own}, {"deployment": theirs}]):
        assert _refused(create_route, organization=organization, name="fast", targets=targets) == ["targets"]
    route = _route(organization, own)
    assert _refused(update_route, route=route, targets=[{"deployment": theirs}]) == ["targets"]


# What the data plane hears


def test_each_write_is_announced_once(announced: Announcements) -> None:  # B28
    organization = new_organization()
    said = [f"tenant:{organization.pk}"]
    announced.take()
    provider = _provider(organization, api_keys=[SECRET])
    assert announced.take() == said
    deployment = _deployment(organization)
    assert announced.take() == said
    route = _route(organization, deployment)
    assert announced.take() == said
    for write, arguments in (
        (update_provider, {"provider": provider, "headers": {"X-A": "b"}, "api_keys": ["sk-another-one"]}),
        (set_credentials, {"provider": provider, "api_keys": []}),
        (update_deployment, {"deployment": deployment, "enabled": False}),
        (update_route, {"route": route, "retries": 2, "targets": [{"deployment": deployment, "weight": 2}]}),
        (delete_route, {"route": route}),
        (delete_deployment, {"deployment": deployment}),
        (delete_provider, {"provider": provider}),
    ):
        write(actor=None, **arguments)
        assert announced.take() == said, write.__name__


def test_nothing_changed_is_nothing_said(announced: Announcements) -> None:
    organization = new_organization()
    route = _route(organization, _deployment(organization))
    announced.take()
    update_route(actor=None, route=route, retries=1)
    update_deployment(actor=None, deployment=Deployment.objects.get(organization=organization), model="m")
    assert announced.take() == []
