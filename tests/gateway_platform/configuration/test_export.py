"""`export`: a file that says what is there, and changes nothing where it comes from."""

from pathlib import Path

import pytest
import yaml

from gateway_platform.configuration.apply import apply
from gateway_platform.configuration.export import export
from tenants.models import ApiKey, Organization
from tests.gateway_platform.configuration.conftest import Write
from tests.gateway_platform.configuration.sample import SECRETS

pytestmark = pytest.mark.django_db


def _exported() -> str:
    return export(Organization.objects.order_by("slug"))


def test_applied_again_it_changes_nothing(sample: Path, write: Write) -> None:
    apply(sample)
    assert apply(write(_exported()), prune=True).changes == []


def test_applied_elsewhere_it_makes_the_same(sample: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(sample)
    text = _exported()
    Organization.objects.all().delete()
    monkeypatch.setenv("ACME_OPENAI_MAIN_API_KEY", "sk-elsewhere-0123456789")
    apply(write(text))
    assert _exported() == text


def test_no_secret_is_in_it(sample: Path) -> None:
    apply(sample)
    text = _exported()
    assert not [secret for secret in SECRETS.values() if secret in text]
    [provider, _] = yaml.safe_load(text)["organizations"][0]["providers"]
    assert provider["api_key"] == "${env:ACME_OPENAI_MAIN_API_KEY}"


def test_a_key_that_may_nothing_is_told_from_one_that_may_all(sample: Path) -> None:
    apply(sample)
    ApiKey.objects.filter(name="search-prod").update(routes=None)
    locked, search = yaml.safe_load(_exported())["organizations"][0]["keys"]
    assert (locked["routes"], "routes" in search) == ([], False)
