"""The OpenAPI file in docs/ is what the code serves, and the page that shows it needs no other host."""

import io
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client

ROOT = Path(__file__).parents[3]


def test_the_file_is_current_and_complete() -> None:
    made = io.StringIO()
    call_command("spectacular", fail_on_warn=True, stdout=made)
    assert made.getvalue().strip() == (ROOT / "docs/openapi.yaml").read_text().strip(), (
        "Run: python manage.py spectacular --fail-on-warn --file docs/openapi.yaml"
    )


@pytest.mark.django_db
def test_the_docs_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)["']""", page)
    assets = [address for address in addresses if address.startswith("/static/")]
    assert len(assets) >= 3
    assert not [address for address in addresses if "//" in address]
    assert all(finders.find(asset.removeprefix("/static/")) for asset in assets)


@pytest.mark.django_db
def test_the_schema_is_served(client: Client) -> None:
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    assert b"/api/v1/organizations/{organization}/keys/" in answer.content
