"""A provider for tests of the control plane: a few lines of HTTP server, answered by a function."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest


class Provider(ThreadingHTTPServer):
    """Answers each request with what `answer` makes of its body: status, headers, body."""

    def __init__(self, answer: Callable[[dict[str, Any]], tuple[int, dict[str, str], Any]]) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.refused: set[str] = set()  # API keys
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}"
                server.paths.append(self.path)
                server.bodies.append(json.loads(sent))
                status, headers, body = answer(server.bodies[-1])
                if self.headers.get("Authorization", "").removeprefix("Bearer ") in server.refused:
                    status, headers, body = 401, {}, {"error": {"message": "No such key."}}
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                """Stay quiet."""

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


@pytest.fixture
def provider() -> Iterator[Callable[..., Provider]]:
    """Start providers; they stop at the end."""
    running: list[Provider] = []

    def start(answer: Callable[[dict[str, Any]], tuple[int, dict[str, str], Any]]) -> Provider:
        running.append(Provider(answer))
        Thread(target=running[-1].serve_forever, args=[0.01]).start()
        return running[-1]

    yield start
    for server in running:
        server.shutdown()
        server.server_close()
