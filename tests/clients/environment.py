"""The environment of clients that want another version of OpenAI's SDK than the tests: .venv-clients."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.tenant import Tenant

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
needs_clients = pytest.mark.skipif(
    not PYTHON.exists(), reason="LangChain and LlamaIndex are not installed: make .venv-clients/.stamp"
)


def output(command: list[str], tenant: Tenant) -> str:
    """What a program prints that is told the gateway's address and a key."""
    environment = {**os.environ, "GATEWAY_URL": tenant.gateway.url, "GATEWAY_KEY": tenant.secret}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # these packages are large
    # In the project's folder node finds its packages.
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(script: Path, tenant: Tenant, **routes: str) -> dict[str, Any]:
    """What a script of that environment prints, as JSON."""
    said: dict[str, Any] = json.loads(output([str(PYTHON), str(script), json.dumps(routes)], tenant))
    return said
