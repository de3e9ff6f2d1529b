"""Fixtures for configuration as code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway_platform.configuration.sample import SAMPLE, SECRETS

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file; gives its path."""

    def write_file(text: str) -> Path:
        path = tmp_path / "gateway.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def sample(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample, with its secrets in the environment."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return write(SAMPLE)
