"""The peers: how each is installed into an environment of its own, and started with its best settings."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Target
from benchmarks.payloads import MODEL
from benchmarks.servers import ROOT, Program, Server

HOME = ROOT / "var" / "bench"

# What its own container image has. Without OpenTelemetry and Prisma it looks for both again on every request,
# which costs a third of its CPU; with httptools its uvicorn parses HTTP in C. Prisma and httptools are named
# because older installers pass over `litellm[extra_proxy]`, and `litellm[proxy]` leaves httptools out.
LITELLM = ("litellm[proxy,proxy-runtime]==1.106.2", "prisma>=0.11,<1", "httptools")
LITELLM_NEEDS = "import httptools, opentelemetry.sdk, prisma, uvloop"
LITELLM_KEY = "sk-bench-litellm"
LITELLM_CONFIG = {
    "model_list": [
        {
            "model_name": MODEL,
            "litellm_params": {
                "model": f"openai/{MODEL}",
                "api_base": "os.environ/BENCH_UPSTREAM",
                "api_key": "upstream-key",
            },
        }
    ],
    "litellm_settings": {"set_verbose": False, "request_timeout": 600, "telemetry": False},
    "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
}

# With the node-server of its own lock file: streams fail with a newer one (Portkey-AI/gateway#1389).
PORTKEY = {
    "private": True,
    "dependencies": {"@portkey-ai/gateway": "1.15.2"},
    "overrides": {"@hono/node-server": "1.13.5"},
}


@dataclass(frozen=True)
class Peer:
    """An installed peer; its headers may lead to the provider."""

    name: str
    program: Program
    headers: dict[str, str]

    def target(self, server: Server) -> Target:
        """How to ask it once it runs."""
        return Target(server.port, self.headers)


def litellm(upstream: Server) -> Peer:
    """LiteLLM's proxy: one uvicorn worker, no database, production mode, errors logged only, one master key."""
    home = HOME / "litellm"
    if _is_outdated(home, LITELLM):
        _run(sys.executable, "-m", "venv", "--clear", home)
        _run(home / "bin" / "python", "-m", "pip", "install", "--quiet", *LITELLM)
        _run(home / "bin" / "python", "-c", LITELLM_NEEDS)
        _mark(home, LITELLM)
    config = home / "config.json"  # JSON is YAML
    config.write_text(json.dumps(LITELLM_CONFIG))
    command = [str(home / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", "{port}"]
    env = {
        "BENCH_UPSTREAM": f"http://127.0.0.1:{upstream.port}/v1",
        "LITELLM_MASTER_KEY": LITELLM_KEY,
        "LITELLM_MODE": "PRODUCTION",
        "LITELLM_LOG": "ERROR",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    program = Program("litellm", [*command, "--num_workers", "1"], env, ready="/health/liveliness")
    return Peer("LiteLLM 1.106.2", program, {"Authorization": f"Bearer {LITELLM_KEY}"})


def portkey(upstream: Server) -> Peer:
    """Portkey's open gateway on Node.js: one process, no console, told its provider by a header."""
    home = HOME / "portkey"
    if _is_outdated(home, PORTKEY):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        (home / "package.json").write_text(json.dumps(PORTKEY))
        _run("npm", "install", "--prefix", home, "--no-audit", "--no-fund", "--silent")
        _mark(home, PORTKEY)
    start = home / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    command = ["node", str(start), "--port={port}", "--headless"]
    address = f"http://127.0.0.1:{upstream.port}/v1"
    config = {"provider": "openai", "api_key": "upstream-key", "custom_host": address}
    program = Program("portkey", command, {"NODE_ENV": "production"}, ready="/")
    return Peer("Portkey 1.15.2", program, {"x-portkey-config": json.dumps(config)})


def _is_outdated(home: Path, wanted: object) -> bool:
    stamp = home / ".installed"
    return not stamp.exists() or stamp.read_text() != json.dumps(wanted)


def _mark(home: Path, installed: object) -> None:
    (home / ".installed").write_text(json.dumps(installed))


def _run(*command: str | Path) -> None:
    print(f"bench    | {' '.join(os.path.basename(part) for part in command)}")
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603
