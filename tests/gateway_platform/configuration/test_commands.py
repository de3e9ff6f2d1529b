"""The commands around it: what a person sees."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.gateway_platform.configuration.conftest import Write
from tests.gateway_platform.configuration.sample import SECRETS

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_apply_shows_what_it_did_and_the_made_key_once(sample: Path) -> None:
    first, second = _run("apply", str(sample)), _run("apply", str(sample))
    assert first.startswith("acme\n  + organization Acme\n")
    assert "  + route fast\n" in first
    assert "Key acme/locked, shown only now: gw-test-" in first
    assert second == "No changes.\n"


def test_plan_shows_the_difference(sample: Path, write: Write) -> None:
    call_command("apply", str(sample), stdout=StringIO())
    text = "    keys: [{name: search-prod, routes: [fast]}]\n    routes: []\n"
    shown = _run("plan", "--prune", str(write(f"version: 1\norganizations:\n  - slug: acme\n{text}")))
    assert shown == (
        "acme\n"
        "  ~ key search-prod\n"
        '      routes: ["fast", "gpt-*"] → ["fast"]\n'
        "  - key locked\n"
        "  - route fast\n"
        "Would be: 0 added, 1 changed, 2 removed.\n"
    )


def test_nothing_shown_is_a_secret(sample: Path) -> None:
    shown = _run("plan", str(sample)) + _run("apply", str(sample)) + _run("export")
    assert not [secret for secret in SECRETS.values() if secret in shown]


def test_errors_end_the_command(write: Write) -> None:
    path = write("version: 1\norganisations: []\n")
    for command in ("apply", "plan"):
        with pytest.raises(CommandError, match=r"yaml:2: organisations: unknown field, did you mean organizations\?"):
            _run(command, str(path))


def test_export_of_one_organization(sample: Path) -> None:
    _run("apply", str(sample))
    assert "slug: acme" in _run("export", "--organization", "acme")
    with pytest.raises(CommandError, match="There is no organisation other"):
        _run("export", "--organization", "other")
