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


def run(script: Path, tenant: Tenant, **routes: str) -> dict[str, Any]:
    """What a script of that environment prints, as JSON."""
    environment = {**os.environ, "GATEWAY_URL": tenant.gateway.url, "GATEWAY_KEY": tenant.secret}
    command = [PYTHON, script, json.dumps(routes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said
