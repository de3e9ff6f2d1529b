"""What `make up` says on a machine where something is missing: one line, and an exit code that is not 0."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run(script: str, tools: Path, **environment: str) -> tuple[int, str]:
    """Run a script on a machine that has the tools of one folder only."""
    done = subprocess.run(
        ["bash", str(ROOT / "scripts" / script)],
        cwd=tools,
        env={"PATH": str(tools), **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    (tmp_path / "bash").symlink_to(shutil.which("bash") or "/bin/bash")
    return tmp_path


def tool(tools: Path, name: str, text: str) -> None:
    (tools / name).write_text(f"#!/bin/bash\n{text}\n")
    (tools / name).chmod(0o755)


def test_no_python(tools: Path) -> None:
    wanted = "error: Python 3.11 or newer is missing (set PYTHON=… if it has another name)\n"
    assert run("make-venv", tools) == (1, wanted)


def test_a_python_that_is_too_old(tools: Path) -> None:
    tool(tools, "python3", "exit 1")  # what `sys.exit(sys.version_info < …)` says
    code, said = run("make-venv", tools)
    assert (code, said.count("\n")) == (1, 1)
    assert "Python 3.11 or newer is missing" in said


def test_a_python_without_venv(tools: Path) -> None:
    tool(tools, "python3", '[[ "$2" != *ensurepip* ]]')
    assert run("make-venv", tools) == (1, "error: python3 has no venv: install the package python3-venv\n")


def test_no_node(tools: Path) -> None:
    assert run("install-node-modules", tools) == (1, "error: npm is missing: install Node.js 20 or newer\n")


def test_a_node_that_is_too_old(tools: Path) -> None:
    tool(tools, "npm", "exit 0")
    tool(tools, "node", "exit 1")
    assert run("install-node-modules", tools) == (1, "error: Node.js is too old: install version 20 or newer\n")


def test_the_node_of_this_machine_will_do(tools: Path) -> None:
    tool(tools, "npm", "exit 0")
    (tools / "node").symlink_to(shutil.which("node") or "/usr/bin/node")
    assert run("install-node-modules", tools) == (0, "")
