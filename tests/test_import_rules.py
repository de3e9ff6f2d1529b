"""The walls of the house hold: each import rule catches a violation planted in a copy of the code."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway_platform", "tenants", "routing", "billing", "cache")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

# contract → the file that breaks it, and what that file imports
PLANTED = [
    ("apps", "tenants/planted.py", "routing.models"),
    ("apps", "billing/planted.py", "cache"),
    ("dataplane-without-django", "routing/wire/planted.py", "django.conf"),
    ("dataplane-without-django", "tenants/dataplane/planted.py", "tenants.models"),
    ("dataplane-layers", "routing/wire/planted.py", "routing.proxy.errors"),
    ("dataplane-layers", "routing/providers/planted.py", "routing.signing.bearer"),
    ("pure-providers", "routing/providers/sandbox/planted.py", "aiohttp"),
    ("independent-providers", "routing/providers/sandbox/planted.py", "routing.providers.openai_compatible"),
    ("writes-through-services", "routing/api/planted.py", "tenants.audit"),
    ("services-below-pages", "tenants/services/planted.py", "rest_framework"),
    ("pages-and-api-apart", "tenants/api/planted.py", "tenants.web"),
    ("api-and-pages-apart", "routing/views/planted.py", "rest_framework"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages' Python files and the rules, and nothing else."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            target = root / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    return root


def lint(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Check the rules of a copy."""
    command = [str(LINT_IMPORTS), "--no-cache", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def plant(root: Path, file: str, source: str) -> Path:
    """A new module, in a package that is made where there is none yet."""
    planted = root / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    (planted.parent / "__init__.py").touch()
    planted.write_text(source)
    return planted


def test_the_code_keeps_all_rules(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "file", "imported"), PLANTED)
def test_a_planted_import_is_caught(copy: Path, contract: str, file: str, imported: str) -> None:
    planted = plant(copy, file, f"import {imported}\n")
    try:
        result = lint(copy, "--contract", contract)
    finally:
        planted.unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert "planted" in result.stdout


def test_a_planted_write_is_caught(copy: Path) -> None:
    planted = plant(copy, "routing/api/planted.py", "def view(key):\n    key.save()\n")
    check = [sys.executable, str(ROOT / ".ci" / "check_writes.py"), str(copy)]
    try:
        result = subprocess.run(check, capture_output=True, text=True, check=False)
    finally:
        planted.unlink()
    assert result.returncode == 1
    assert "planted.py:2" in result.stdout
