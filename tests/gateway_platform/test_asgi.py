"""What the server serves: which paths reach the data plane, which reach Django, and how it starts and stops."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway import ROOT, Gateway
from tests.tenant import Tenant
from tests.upstream import replies
from tests.upstream.handle import Upstream

PATIENCE = 30.0  # seconds; Django's first page takes a busy machine a while


def get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=PATIENCE)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_the_data_plane_s(gateway: Gateway, path: str) -> None:
    answer = get(gateway.url + path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not answer.cookies


def test_metrics_have_bounded_labels(tenant: Tenant, upstream: Upstream) -> None:
    tenant.chat(tenant.route(upstream.site("ok")))
    tenant.chat("no-such-model")

    answer = get(f"{tenant.gateway.url}/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line for line in answer.text.splitlines() if line.startswith("gateway_requests_total{")]
    assert any('outcome="ok"' in line for line in lines)
    assert "no-such-model" not in answer.text
    assert tenant.organization.slug not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/accounts/login/", "/api/v1/schema/", "/v2/chat/completions", "/healthz/x"]
)
def test_everything_else_is_django_s(gateway: Gateway, path: str) -> None:
    answer = get(gateway.url + path)
    assert "x-frame-options" in answer.headers  # set by Django's middleware alone


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/chat/completions", 405, "method_not_allowed"),
        ("PUT", "/v1/embeddings", 405, "method_not_allowed"),
        ("POST", "/v1/models", 405, "method_not_allowed"),
        ("DELETE", "/v1/models/x", 405, "method_not_allowed"),
        ("GET", "/v1/", 404, "unknown_url"),
        ("POST", "/v1/nothing/here", 404, "unknown_url"),
        ("GET", "/v1/modelsx", 404, "unknown_url"),
        ("GET", "/v1/models", 401, "missing_api_key"),
        ("POST", "/v1/chat/completions", 401, "missing_api_key"),
    ],
)
def test_what_does_not_exist_is_said_in_openai_s_words(
    gateway: Gateway, method: str, path: str, status: int, code: str
) -> None:
    answer = httpx.request(method, gateway.url + path, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "x-frame-options" not in answer.headers


def test_head_has_no_body_and_keeps_the_connection_usable(gateway: Gateway) -> None:
    with httpx.Client(base_url=gateway.url, timeout=PATIENCE) as client:
        assert client.head("/v1/chat/completions").status_code == 405
        assert client.head("/healthz").content == b""
        assert client.get("/healthz").json() == {"status": "ok"}


def test_a_worker_that_cannot_start_says_so_and_ends(live_database: str, tmp_path: Path) -> None:
    no_directory = tmp_path / "file"
    no_directory.touch()
    command = [sys.executable, "-m", "gateway_platform.serve", "--port", "0"]
    environment = {
        **os.environ,
        "DATABASE_URL": live_database,
        "JOURNAL_DIR": str(no_directory / "journal"),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert "The data plane cannot start: NotADirectoryError" in ended.stderr


class DaphneGateway(Gateway):
    """The same application, served by daphne, which has no lifespan."""

    @property
    def command(self) -> list[str]:
        daphne = str(Path(sys.executable).with_name("daphne"))
        return [daphne, "--port", str(self.port), "--verbosity", "0", "gateway_platform.asgi:application"]


@pytest.fixture(scope="module")
def daphne(live_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    running = DaphneGateway(tmp_path_factory.mktemp("daphne"), live_database, os.environ["REDIS_URL"]).start()
    yield running
    running.stop()


def test_daphne_serves_whole_answers_streams_and_pages(daphne: Gateway, live: None, upstream: Upstream) -> None:
    tenant = Tenant(daphne)
    route = tenant.route(upstream.site("ok"))

    whole = tenant.chat(route)
    stream = tenant.stream(route)

    assert whole.json()["choices"][0]["message"]["content"] == replies.TEXT
    assert (stream.text, stream.done) == (replies.TEXT, True)
    assert [row.outcome for row in tenant.rows(2)] == ["ok", "ok"]
    assert get(f"{daphne.url}/accounts/login/").status_code == 200


def test_daphne_flushes_each_token_and_notices_a_client_that_leaves(
    daphne: Gateway, live: None, upstream: Upstream
) -> None:
    tenant = Tenant(daphne)
    with tenant.open_stream(tenant.route(upstream.site("endless"))) as response:
        lines = response.iter_lines()
        assert "data:" in next(lines)

    [row] = tenant.rows()
    assert row.outcome == "aborted"
