"""Providers through the API: their keys go in and never come out."""

import pytest

from routing import encryption
from routing.models import Credential, ProviderAccount
from tenants.models import AuditEvent
from tests.api import Api, as_role, new_organization

pytestmark = pytest.mark.django_db
SECRET = "sk-very-secret-4f8a1c"
NEW = {"name": "main", "kind": "openai_compatible", "base_url": "https://llm.example/v1", "api_keys": [SECRET]}


@pytest.fixture
def admin() -> Api:
    return as_role(new_organization())


# B15
def test_an_api_key_never_comes_back(admin: Api) -> None:
    created = admin.post("providers", **NEW)
    pk = created.json()["id"]
    assert [row["hint"] for row in created.json()["credentials"]] == [SECRET[-4:]]
    answers = [created, admin.get("providers", pk), admin.get("providers"), admin.patch("providers", pk, name="b")]
    assert not any(SECRET in answer.content.decode() for answer in answers)
    trail = AuditEvent.objects.filter(organization=admin.organization)
    assert SECRET not in str(list(trail.values()))


def test_credentials_are_replaced_as_a_whole(admin: Api) -> None:
    pk = admin.post("providers", **NEW).json()["id"]
    answer = admin.patch("providers", pk, api_keys=["sk-second-key-abcd", "sk-third-key-efgh"])
    assert [row["hint"] for row in answer.json()["credentials"]] == ["abcd", "efgh"]
    stored = Credential.objects.filter(provider=pk)
    assert [encryption.decrypt(row.encrypted) for row in stored] == ["sk-second-key-abcd", "sk-third-key-efgh"]


def test_other_changes_keep_the_credentials(admin: Api) -> None:
    pk = admin.post("providers", **NEW).json()["id"]
    admin.patch("providers", pk, name="renamed")
    assert ProviderAccount.objects.get(pk=pk).credentials.count() == 1


@pytest.mark.parametrize("address", ["http://169.254.169.254/v1", "file:///etc/passwd", "https://a:b@llm.example/v1"])
def test_a_dangerous_address_is_refused_by_name(admin: Api, address: str) -> None:
    answer = admin.post("providers", **NEW | {"base_url": address})
    assert answer.status_code == 400
    assert list(answer.json()) == ["base_url"]


def test_keys_do_not_follow_to_another_host(admin: Api) -> None:
    pk = admin.post("providers", **NEW).json()["id"]
    answer = admin.patch("providers", pk, base_url="https://attacker.example/v1")
    assert answer.status_code == 400
    assert list(answer.json()) == ["api_keys"]


def test_settings_go_in_and_come_out(admin: Api) -> None:
    fields = {"name": "aws", "kind": "bedrock", "settings": {"region": "eu-central-1"}}
    created = admin.post("providers", **fields)
    assert created.json()["settings"] == {"region": "eu-central-1"}
    answer = admin.patch("providers", created.json()["id"], settings={"region": "eu-central-1", "planet": "Mars"})
    assert (answer.status_code, list(answer.json())) == (400, ["planet"])
    assert "region" in answer.json()["planet"][0]  # what there is


def test_the_models_of_a_provider(admin: Api) -> None:
    pk = admin.post("providers", name="box", kind="sandbox").json()["id"]
    answer = admin.get("providers", pk, "models").json()
    assert (answer["models"], answer["problem"]) == ([], "Sandbox has no list of models: write the name yourself.")
