"""docs/configuration.md is true: what it shows can be applied, and what it names exists."""

import re
from pathlib import Path

import pytest

from gateway_platform.configuration.apply import apply
from gateway_platform.configuration.export import export
from tenants.models import Organization
from tenants.models.people import Role, TeamRole
from tests.gateway_platform.configuration.conftest import Write

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.django_db
@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_can_be_applied_twice(write: Write, monkeypatch: pytest.MonkeyPatch, block: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    path = write(block)
    assert apply(path).changes
    assert apply(path).changes == []


@pytest.mark.django_db
def test_the_exported_variable_is_named_as_the_page_says(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    apply(write(BLOCKS[0]))
    exported = set(re.findall(r"\$\{env:\w+\}", export(Organization.objects.all())))
    assert exported == {"${env:ACME_OPENAI_MAIN_API_KEY}"}
    assert exported <= set(re.findall(r"\$\{env:\w+\}", PAGE))


@pytest.mark.parametrize("role", [*Role.values, *TeamRole.values])
def test_every_role_is_named(role: str) -> None:
    assert re.search(rf"\b{role}\b", PAGE)
