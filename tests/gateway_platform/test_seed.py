"""The demo: works at once, and a second start changes nothing that people have done."""

import stat
from pathlib import Path

import pytest

from gateway_platform.provider_keys import PROVIDERS
from gateway_platform.secrets_file import read_lines
from gateway_platform.seed import ADMIN_EMAIL, seed
from routing import encryption
from routing.models import Deployment, ProviderAccount, Route
from tenants import keys
from tenants.models import ApiKey, Organization, User
from tenants.services import block_key, revoke_key

pytestmark = pytest.mark.django_db
URL = "http://localhost:8080"


@pytest.fixture(autouse=True)
def _no_provider_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS:
        monkeypatch.delenv(provider.variable, raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "quickstart.env"


def test_makes_what_a_first_request_needs(file: Path) -> None:
    made = seed(file, URL)
    organization = Organization.objects.get(slug="demo")
    admin = User.objects.get(email=ADMIN_EMAIL)
    assert admin.check_password(made.password)
    assert admin.memberships.get().organization == organization
    assert ApiKey.objects.get(digest=keys.digest(made.key)).organization == organization
    assert Route.objects.get(name="sandbox").targets.get().deployment.provider.kind == "sandbox"
    assert read_lines(file) == {
        "GATEWAY_URL": URL,
        "GATEWAY_KEY": made.key,
        "ADMIN_URL": URL,
        "ADMIN_EMAIL": ADMIN_EMAIL,
        "ADMIN_PASSWORD": made.password,
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_time_changes_nothing(file: Path) -> None:
    first = seed(file, URL)
    counts = [model.objects.count() for model in (ApiKey, User, ProviderAccount, Deployment, Route)]
    assert seed(file, URL) == first
    assert [model.objects.count() for model in (ApiKey, User, ProviderAccount, Deployment, Route)] == counts


def test_a_lost_file_gives_a_new_key_and_password(file: Path) -> None:
    first = seed(file, URL)
    file.unlink()
    second = seed(file, URL)
    assert second.key != first.key
    assert ApiKey.objects.get(digest=keys.digest(first.key)).revoked_at is not None
    assert User.objects.get(email=ADMIN_EMAIL).check_password(second.password)


def test_a_password_that_the_person_changed_stays(file: Path) -> None:
    seed(file, URL)
    admin = User.objects.get(email=ADMIN_EMAIL)
    admin.set_password("something of my own")
    admin.save()
    for _ in range(2):
        assert seed(file, URL).password == ""
    admin.refresh_from_db()
    assert admin.check_password("something of my own")


def test_a_blocked_key_stays_blocked_and_a_revoked_one_is_replaced(file: Path) -> None:
    first = seed(file, URL)
    key = ApiKey.objects.get(digest=keys.digest(first.key))
    block_key(actor=None, key=key)
    assert seed(file, URL).key == first.key
    revoke_key(actor=None, key=key)
    assert seed(file, URL).key != first.key


def test_what_people_deleted_from_the_demo_stays_deleted(file: Path) -> None:
    seed(file, URL)
    Route.objects.get(name="sandbox-embedding").delete()
    seed(file, URL)
    assert not Route.objects.filter(name="sandbox-embedding").exists()


def test_provider_keys_in_the_environment_become_deployments(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-first-00000000")
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-router-0000000")
    seed(file, URL)
    openai = ProviderAccount.objects.get(name="openai")
    assert (openai.kind, openai.base_url) == ("openai", "")  # the kind knows its address
    assert ProviderAccount.objects.get(name="openrouter").kind == "openrouter"
    assert Route.objects.get(name="gpt-4o-mini").targets.get().deployment.provider == openai
    assert Route.objects.get(name="openai/gpt-4o-mini").targets.get().deployment.name == "gpt-4o-mini-2"

    monkeypatch.setenv("OPENAI_API_KEY", "sk-second-0000000")
    seed(file, URL)
    assert encryption.decrypt(openai.credentials.get().encrypted) == "sk-second-0000000"
    assert "sk-second-0000000" not in file.read_text()


def test_the_local_model_follows_its_port(file: Path) -> None:
    seed(file, URL, "http://127.0.0.1:5001/v1")
    assert Route.objects.get(name="local").targets.get().deployment.provider.base_url == "http://127.0.0.1:5001/v1"
    seed(file, URL, "http://127.0.0.1:5002/v1")
    assert ProviderAccount.objects.get(name="local").base_url == "http://127.0.0.1:5002/v1"
    assert Deployment.objects.filter(provider__name="local").count() == 1
