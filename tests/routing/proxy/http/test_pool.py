"""The pool of connections: stale ones, old ones, and those that are to be trusted."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from routing.proxy.http.answer import Answer
from routing.proxy.http.pool import Pool
from routing.proxy.http.request import place
from routing.proxy.upstream import Upstream
from routing.wire.contract import ErrorKind, UpstreamError
from tests.routing.proxy.http.servers import ask, listening, pooling, whole, written
from tests.routing.proxy.raw_server import WHOLE, Writer, read, send, serving


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    opened = Upstream(allow_private=True)
    yield opened
    await opened.close()


class Closing:
    """A server's script: so many answers a connection, then it closes without one."""

    def __init__(self, answers: int, before: bytes = b"") -> None:
        self.answers, self.before = answers, before
        self.given: dict[Writer, int] = {}
        self.processed = 0

    async def __call__(self, writer: Writer) -> None:
        self.given[writer] = self.given.get(writer, 0) + 1
        if self.given[writer] > self.answers:
            writer.write(self.before)
            await writer.drain()
            writer.close()
        else:
            self.processed += 1
            writer.write(WHOLE)


# B49: it read the request on a connection that it had been about to close
async def test_a_stale_connection_is_replaced_unseen(upstream: Upstream) -> None:
    script = Closing(answers=1)
    async with serving(script) as server:
        for number in range(1, 6):
            assert await read(upstream, server) == (200, b"hello")
            assert script.processed == server.connections == number


# B49
async def test_a_pool_of_stale_connections_is_gone_through(upstream: Upstream) -> None:
    script = Closing(answers=1)
    async with serving(script) as server:
        opened = [await send(upstream, server) for _ in range(4)]
        for response in opened:
            await response.read(100)
            response.close()
        assert await read(upstream, server) == (200, b"hello")
        assert (script.processed, server.connections, len(server.requests)) == (5, 5, 9)


# B26
async def test_a_new_connection_that_closes_is_one_attempt(upstream: Upstream) -> None:
    async with serving(Closing(answers=0)) as server:
        with pytest.raises(UpstreamError) as raised:
            await send(upstream, server)
    assert raised.value.kind is ErrorKind.CONNECTION
    assert len(server.requests) == 1


# B26: the provider has begun to answer, so that it may have done the work
async def test_an_answer_that_broke_off_is_not_asked_for_again(upstream: Upstream) -> None:
    async with serving(Closing(answers=1, before=b"HTTP/1.1 200 OK\r\ncontent-")) as server:
        await read(upstream, server)
        with pytest.raises(UpstreamError):
            await send(upstream, server)
    assert len(server.requests) == 2


async def test_tls_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, server_side = certified("localhost")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(WHOLE)

    where = {name: f"https://{name}:%d/v1" for name in ("localhost", "127.0.0.1")}
    async with listening(answer, server_side) as port, pooling() as pool:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asked(pool, where["localhost"] % port)
        pool._trust.load_verify_locations(cadata=certificate)
        assert await whole(await asked(pool, where["localhost"] % port)) == b"hello"
        with pytest.raises(ssl.SSLCertVerificationError):  # another name than the certificate's
            await asked(pool, where["127.0.0.1"] % port)


# B5: one who leaves before the answer takes the connection with him
async def test_who_leaves_early_leaves_no_connection_behind() -> None:
    closed, heard = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        heard.set()
        await reader.read()
        closed.set()
        writer.close()

    async with listening(silent) as port, pooling() as pool:
        asking = asyncio.create_task(ask(pool, port, b""))
        await asyncio.wait_for(heard.wait(), 5)
        asking.cancel()
        await asyncio.wait_for(closed.wait(), 5)


# B49
async def test_a_connection_that_lay_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(2)
            writer.write(WHOLE)

    async with listening(answer) as port, pooling() as pool:
        for _ in range(3):
            assert await whole(await ask(pool, port)) == b"hello"
        assert len(connections) == 1
        monkeypatch.setattr("routing.proxy.http.pool.IDLE_SECONDS", 0.0)
        assert await whole(await ask(pool, port)) == b"hello"
        assert len(connections) == 2


async def test_old_connections_are_swept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(2)
        writer.write(WHOLE)
        await reader.read()
        closed.set()
        writer.close()

    monkeypatch.setattr("routing.proxy.http.pool.IDLE_SECONDS", 0.05)
    async with listening(answer) as port, pooling() as pool:
        assert await whole(await ask(pool, port)) == b"hello"
        await asyncio.wait_for(closed.wait(), 5)


async def asked(pool: Pool, url: str) -> Answer:
    where = place(url)
    return await asyncio.wait_for(pool.ask(where.origin, written(where, b""), b"", 2.0), 5)


def certified(name: str) -> tuple[str, ssl.SSLContext]:
    """A certificate (PEM) for this name that signs itself, and a server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate = made.public_bytes(Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return certificate.decode(), context
