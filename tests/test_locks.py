"""The lock files hold what pyproject.toml and package.json ask for, pinned by hash, and name no machine or index."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["dependency-groups"]["dev"],
    "requirements-setup.lock": PROJECT["dependency-groups"]["setup"],
    "requirements-local-model.lock": PROJECT["dependency-groups"]["local-model"],
    "requirements-clients.lock": PROJECT["dependency-groups"]["clients"],
}


def pins(lock: str) -> dict[str, str]:
    """Each package's name with its version, markers and hashes."""
    entries = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / lock).read_text())[1:]
    return dict(entry.split("==", 1) for entry in entries)


@pytest.mark.parametrize("lock", WANTED)
def test_every_wanted_package_is_pinned_by_hash(lock: str) -> None:
    wanted = {re.split(r"[\[<>=]", line)[0] for line in WANTED[lock]}
    pinned = pins(lock)
    assert wanted <= pinned.keys(), f"run `make lock`; missing in {lock}: {wanted - pinned.keys()}"
    assert [name for name, pin in pinned.items() if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("lock", WANTED)
def test_no_address_or_path(lock: str) -> None:
    assert re.findall(r"://|--index|--find-links|/[a-z]+/", (ROOT / lock).read_text()) == []


def test_development_adds_to_the_runtime_and_changes_nothing() -> None:
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    version = {name: pin.split()[0] for name, pin in runtime.items()}
    assert {name: pin.split()[0] for name, pin in development.items() if name in version} == {
        name: version[name] for name in development.keys() & version.keys()
    }


def test_front_end_packages_are_pinned_by_hash_alone() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for group in ("dependencies", "devDependencies"):
        assert packages[""][group] == wanted[group]
    assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)
