"""Behind nginx as it comes, with gzip switched on for everything: what it may hold back, and does not."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.gateway import Gateway
from tests.tenant import Tenant, chat_body
from tests.upstream.handle import Upstream
from tests.waiting import eventually

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed here; CI installs it")
# Nothing in it is for streams: buffering and gzip are on, as with most people.
CONFIGURATION = """
daemon off; pid {directory}/nginx.pid; error_log {directory}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;
    server {{
        listen unix:{directory}/nginx.sock;
        location / {{ proxy_pass {gateway}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


@pytest.fixture
def behind_nginx(gateway: Gateway, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client whose requests go through nginx."""
    assert NGINX is not None
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(directory=tmp_path, gateway=gateway.url))
    socket = tmp_path / "nginx.sock"
    process = subprocess.Popen(
        [NGINX, "-p", str(tmp_path), "-c", str(configuration), "-e", str(tmp_path / "error.log")]
    )
    try:
        eventually(socket.exists, within=10)
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://gateway", timeout=20
        ) as client:
            yield client
    finally:
        process.terminate()
        process.wait(timeout=10)


# B48
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_each_token_passes_nginx_at_once(
    tenant: Tenant, upstream: Upstream, behind_nginx: httpx.Client, encoding: str
) -> None:
    site = upstream.site("hold-after-3")
    headers = {"authorization": f"Bearer {tenant.secret}", "accept-encoding": encoding}
    body = chat_body(tenant.route(site), stream=True)

    with behind_nginx.stream("POST", "/v1/chat/completions", json=body, headers=headers) as response:
        lines = response.iter_lines()
        began = time.monotonic()
        early = [line for line in (next(lines) for _ in range(6)) if line]  # would wait for ever if held back
        waited = time.monotonic() - began
        site.release()
        rest = list(lines)

    assert (response.status_code, len(early)) == (200, 3)
    assert waited < 5
    assert "data: [DONE]" in rest
