"""Connections and the web's statements are bounded; migrations and jobs take as long as they need."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from gateway_platform.database import dsn, limit_statements

OPTIONS = "from gateway_platform import settings; print(settings.DATABASES['default']['OPTIONS'])"


@pytest.fixture
def own_options(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Database options that are this test's own."""
    options = dict(settings.DATABASES["default"]["OPTIONS"])
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", options)
    return options


def timeout() -> str:
    with psycopg.connect(dsn()) as connection:
        [found] = connection.execute("SHOW statement_timeout").fetchone() or [""]
        return str(found)


@pytest.mark.parametrize(("seconds", "shown"), [(30, "30s"), (0, "0")])
def test_the_web_limits_its_statements(
    own_options: dict[str, str], monkeypatch: pytest.MonkeyPatch, seconds: int, shown: str
) -> None:
    monkeypatch.setattr(settings, "DATABASE_STATEMENT_TIMEOUT", seconds)
    assert timeout() == "0"

    limit_statements()

    assert timeout() == shown


def test_what_the_operator_says_stays(own_options: dict[str, str]) -> None:
    own_options["options"] = "-c statement_timeout=7s"

    limit_statements()

    assert timeout() == "7s"


@pytest.mark.parametrize(("said", "seconds"), [("", 5), ("?connect_timeout=9", 9)])
def test_a_connection_is_not_waited_for_without_end(said: str, seconds: int) -> None:
    env = {**os.environ, "DATABASE_URL": f"postgres://localhost/x{said}"}
    shown = subprocess.run([sys.executable, "-c", OPTIONS], env=env, capture_output=True, check=True, text=True).stdout
    assert shown.strip().replace("'", "") == f"{{connect_timeout: {seconds}}}"
