"""Every piece of docs/clients.md works as it stands there."""

import re
import sys
import tomllib
from dataclasses import dataclass

import httpx
import pytest

from routing.services import create_route
from tests.clients.environment import PYTHON, ROOT, needs_clients, output
from tests.clients.test_vercel import needs_packages
from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream

DOCUMENT = (ROOT / "docs" / "clients.md").read_text()
ADDRESS = "http://localhost:8080"


@dataclass(frozen=True)
class Piece:
    """A piece of code and the heading above it."""

    heading: str
    language: str
    code: str


def pieces() -> list[Piece]:
    found: list[Piece] = []
    for section in DOCUMENT.split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        blocks = re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
        found += [Piece(heading, language, code) for language, code in blocks]
    return found


COMMANDS = {
    ("curl", "bash"): ["bash", "-c"],
    ("Python", "python"): [sys.executable, "-c"],
    ("JavaScript", "javascript"): ["node", "--input-type=module", "-e"],
    ("LangChain", "python"): [str(PYTHON), "-c"],
    ("LlamaIndex", "python"): [str(PYTHON), "-c"],
}
MARKS = {"JavaScript": [needs_packages], "LangChain": [needs_clients], "LlamaIndex": [needs_clients]}
PROGRAMS = [piece for piece in pieces() if (piece.heading, piece.language) in COMMANDS]
CONFIGURATIONS = {piece.heading: piece.code for piece in pieces() if piece not in PROGRAMS}


@pytest.fixture
def sandbox(tenant: Tenant, upstream: Upstream) -> Tenant:
    """A tenant whose route `sandbox` is the fake provider's."""
    deployment = tenant.deployment(upstream.site("ok").base_url)
    create_route(actor=None, organization=tenant.organization, name="sandbox", targets=[{"deployment": deployment}])
    return tenant


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(piece, id=f"{piece.heading}-{number}", marks=MARKS.get(piece.heading, []))
        for number, piece in enumerate(PROGRAMS)
    ],
)
def test_a_program_says_hello(sandbox: Tenant, piece: Piece) -> None:
    assert ADDRESS in piece.code
    code = piece.code.replace(ADDRESS, sandbox.gateway.url)
    said = output([*COMMANDS[piece.heading, piece.language], code], sandbox)
    for word in replies.WORDS:
        assert word in said


def test_claude_code_s_variables(sandbox: Tenant) -> None:
    variables = dict(re.findall(r"export (\w+)=(\S+)", CONFIGURATIONS["Claude Code"]))
    assert variables["ANTHROPIC_AUTH_TOKEN"] == "$GATEWAY_KEY"
    answer = httpx.post(
        variables["ANTHROPIC_BASE_URL"].replace(ADDRESS, sandbox.gateway.url) + "/v1/messages?beta=true",
        headers={"authorization": f"Bearer {sandbox.secret}"},
        json={
            "model": variables["ANTHROPIC_MODEL"],
            "max_tokens": 9,
            "messages": [{"role": "user", "content": "Hi"}],
        },
    )
    assert answer.json()["content"][0]["text"] == replies.TEXT


def test_codex_s_configuration(sandbox: Tenant) -> None:
    configuration = tomllib.loads(CONFIGURATIONS["Codex CLI"])
    provider = configuration["model_providers"][configuration["model_provider"]]
    assert (provider["env_key"], provider["wire_api"]) == ("GATEWAY_KEY", "responses")
    answer = httpx.post(
        provider["base_url"].replace(ADDRESS, sandbox.gateway.url) + "/responses",
        headers={"authorization": f"Bearer {sandbox.secret}"},
        json={"model": configuration["model"], "input": "Hi", "store": False},
    )
    assert answer.json()["output"][0]["content"][0]["text"] == replies.TEXT


def test_nothing_is_left_out() -> None:
    assert {piece.heading for piece in PROGRAMS} == {heading for heading, _ in COMMANDS}
    assert CONFIGURATIONS.keys() == {"Claude Code", "Codex CLI"}
    assert len(PROGRAMS) == 8
