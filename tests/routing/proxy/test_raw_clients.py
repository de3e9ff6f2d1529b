"""Clients that speak HTTP by hand, some badly, to a real server."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.gateway import Gateway
from tests.tenant import Tenant, chat_body
from tests.upstream import replies
from tests.upstream.handle import Upstream
from tests.waiting import eventually

MEGABYTE = 1024 * 1024


@contextmanager
def connected(gateway: Gateway) -> Iterator[socket.socket]:
    """A connection, closed at the end."""
    address = urlsplit(gateway.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        yield client


def request(tenant: Tenant, body: bytes, version: str = "1.1", **headers: str) -> bytes:
    fields = {
        "host": "gateway",
        "authorization": f"Bearer {tenant.secret}",
        "content-length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"POST /v1/chat/completions HTTP/{version}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chat(route: str, **fields: object) -> bytes:
    return json.dumps(chat_body(route, **fields)).encode()


def read_until(client: socket.socket, end: bytes, count: int = 1) -> bytes:
    """All that comes up to so many occurrences of the end."""
    received = b""
    while received.count(end) < count:
        data = client.recv(65536)
        assert data, f"the connection ended after {received[-200:]!r}"
        received += data
    return received


def read_to_end(client: socket.socket) -> bytes:
    received = b""
    while data := client.recv(65536):
        received += data
    return received


def test_http_1_0_gets_its_answer_and_the_end_of_the_connection(tenant: Tenant, upstream: Upstream) -> None:
    with connected(tenant.gateway) as client:
        client.sendall(request(tenant, chat(tenant.route(upstream.site("ok"))), version="1.0"))
        answer = read_to_end(client)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.splitlines()[0]
    assert json.loads(body)["choices"][0]["message"]["content"] == replies.TEXT


def test_pipelined_requests_are_answered_in_order_and_each_has_its_row(tenant: Tenant, upstream: Upstream) -> None:
    slow, quick = tenant.route(upstream.site("slow-first-token-1")), tenant.route(upstream.site("ok"))
    with connected(tenant.gateway) as client:
        client.sendall(request(tenant, chat(slow, stream=True)) + request(tenant, chat(quick, stream=True)))
        answers = read_until(client, b"[DONE]", 2)
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert [row.requested_model for row in tenant.rows(2)] == [slow, quick]
    assert {row.outcome for row in tenant.rows(2)} == {"ok"}


# B5: a body that never becomes whole
def test_a_client_that_leaves_while_it_sends_its_body(tenant: Tenant, upstream: Upstream) -> None:
    site = upstream.site("ok")
    whole = request(tenant, chat(tenant.route(site)))
    with connected(tenant.gateway) as client:
        client.sendall(whole[:-5])
    [row] = tenant.rows()
    assert (row.outcome, row.status, row.cost, row.requested_model) == ("aborted", 499, 0, "")
    assert site.calls == 0


# B5: also where the gateway waits for the client, not for the provider
def test_a_client_that_does_not_read_holds_up_its_provider_and_is_let_go_when_it_leaves(
    tenant: Tenant, upstream: Upstream
) -> None:
    site = upstream.site("big-line-16")
    before = tenant.gateway.memory()
    with connected(tenant.gateway) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(request(tenant, chat(tenant.route(site), stream=True)))
        read_until(client, b"data: ")
        eventually(lambda: site.calls == 1)
        left = time.monotonic()
    [row] = tenant.rows()
    assert row.outcome in ("aborted", "ok")  # the rest may have been at hand when it left
    eventually(lambda: site.outcomes["open"] == 0)
    assert site.requests[0]["ended"] - left < 3
    assert tenant.gateway.memory() - before < 200 * MEGABYTE


def test_a_refused_body_is_not_waited_for(tenant: Tenant) -> None:
    with connected(tenant.gateway) as client:
        head = request(tenant, b"", expect="100-continue", content_length=str(100 * MEGABYTE))
        client.sendall(head)
        answer = read_until(client, b"}}")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_stranger_is_not_asked_to_send_its_body(gateway: Gateway) -> None:
    with connected(gateway) as client:
        client.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer gw-live-nobody-nobody-nobody\r\n"
            b"expect: 100-continue\r\ncontent-length: 1000\r\n\r\n"
        )
        answer = read_until(client, b"}}")
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_chunked_body_is_read(tenant: Tenant, upstream: Upstream) -> None:
    body = chat(tenant.route(upstream.site("ok")))
    head = request(tenant, b"", transfer_encoding="chunked").replace(b"content-length: 0\r\n", b"")
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))
    with connected(tenant.gateway) as client:
        client.sendall(head + pieces + b"0\r\n\r\n")
        answer = read_until(client, b"}}")
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "junk",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /v1/%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \xff\xfe\xfd\r\nconnection: close\r\n\r\n",
    ],
)
def test_junk_is_refused_and_the_worker_lives(gateway: Gateway, junk: bytes) -> None:
    with connected(gateway) as client:
        client.sendall(junk)
        client.shutdown(socket.SHUT_WR)
        answer = read_to_end(client)
    assert b" 4" in answer.partition(b"\r\n")[0] or answer == b""
    assert gateway.is_ready()
