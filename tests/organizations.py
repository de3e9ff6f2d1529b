"""Fixtures for tests of the control plane; what they make is rolled back."""

import pytest

from tenants.models import Organization
from tests.api import new_organization


@pytest.fixture
def organization(db: None) -> Organization:
    """An organisation."""
    return new_organization()


@pytest.fixture
def stranger(db: None) -> Organization:
    """Another one, which has nothing to do with the first."""
    return new_organization()
