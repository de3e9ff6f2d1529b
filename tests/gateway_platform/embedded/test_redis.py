"""The embedded Redis: starts, keeps its data and address, survives being killed, asks for its password."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from gateway_platform.embedded.process import EmbeddedServerError, wait_until
from gateway_platform.embedded.redis import RunningRedis, start_redis


@contextmanager
def _client(server: RunningRedis) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        yield client


def test_data_and_address_survive_a_restart(directory: Path) -> None:
    first = start_redis(directory)
    with _client(first) as client:
        client.set("kept", "7")
    first.stop()
    second = start_redis(directory)
    try:
        with _client(second) as client:
            assert client.get("kept") == "7"
    finally:
        second.stop()
    assert second.url == first.url


def test_survives_kill_9(directory: Path) -> None:
    killed = start_redis(directory)
    with _client(killed) as client:
        client.set("kept", "7")
        wait_until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0 or None, seconds=5)
    killed.process.kill()
    killed.process.wait()
    again = start_redis(directory)
    try:
        with _client(again) as client:
            assert client.get("kept") == "7"
    finally:
        again.stop()


def test_takes_over_from_a_server_left_behind(directory: Path) -> None:
    left = start_redis(directory, durable=False)
    taken = start_redis(directory, durable=False)
    taken.stop()
    assert left.process.wait(10) == 0


def test_a_port_taken_meanwhile_is_replaced(directory: Path) -> None:
    first = start_redis(directory, durable=False)
    first.stop()
    with socket.create_server(("127.0.0.1", urlsplit(first.url).port or 0)):
        second = start_redis(directory, durable=False)
        second.stop()
    assert urlsplit(second.url).port != urlsplit(first.url).port


def test_a_wanted_port_in_use_is_one_line(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(EmbeddedServerError) as raised:
        start_redis(directory, port=taken.getsockname()[1])
    assert "Redis did not start" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_asks_for_its_password_and_keeps_it_private(directory: Path) -> None:
    server = start_redis(directory, durable=False)
    address = urlsplit(server.url)
    stranger = redis.Redis(host="127.0.0.1", port=address.port or 0)
    try:
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        server.stop()
    for name in ("password", "redis.conf"):
        assert stat.S_IMODE(os.stat(directory / name).st_mode) == 0o600
