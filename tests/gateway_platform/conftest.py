"""Fixtures for tests that start servers of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def directory() -> Iterator[Path]:
    """A temporary directory that PostgreSQL can reach when root runs the tests.

    Not `tmp_path`: pytest closes the folder above it to others whenever a second run starts.
    """
    path = Path(tempfile.mkdtemp(prefix="gateway-tests-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)
