"""Names of servers, and what they may resolve to."""

import asyncio
from typing import Any

import pytest

from routing.proxy.http.addresses import Addresses


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Lets every name resolve to these; the names that were asked for."""
    asked = []

    async def resolved(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        await asyncio.sleep(0)
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    return asked


# B16: a name may resolve to anything
@pytest.mark.parametrize(
    ("addresses", "allow_private", "allowed"),
    [
        (["169.254.169.254"], True, []),
        (["fd00:ec2::254"], True, []),
        (["::ffff:169.254.169.254"], True, []),
        (["10.0.0.1", "127.0.0.1"], True, ["10.0.0.1", "127.0.0.1"]),
        (["10.0.0.1", "127.0.0.1", "::1", "100.64.0.1"], False, []),
        (["10.0.0.1", "93.184.216.34"], False, ["93.184.216.34"]),
        (["fe80::1%eth0"], True, []),
    ],
)
async def test_names_resolve_to_allowed_addresses_only(
    addresses: list[str], allow_private: bool, allowed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, *addresses)
    known = Addresses(allow_private)
    if allowed:
        assert [info[4] for info in await known.of("x.example", 443)] == [(address, 443) for address in allowed]
    else:
        with pytest.raises(OSError, match="no address that is allowed"):
            await known.of("x.example", 443)


async def test_a_name_is_asked_for_once_at_a_time_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "93.184.216.34")
    known = Addresses(allow_private=False)
    await asyncio.gather(*(known.of("x.example", 443) for _ in range(20)))
    await known.of("x.example", 443)
    await known.of("y.example", 443)
    assert asked == ["x.example", "y.example"]


async def test_one_who_leaves_takes_nothing_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "93.184.216.34")
    known = Addresses(allow_private=False)
    leaving, staying = (asyncio.create_task(known.of("x.example", 443)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert len(await staying) == 1


async def test_a_failure_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Addresses(allow_private=False)
    answering(monkeypatch, "10.0.0.1")
    with pytest.raises(OSError, match="no address"):
        await known.of("x.example", 443)
    answering(monkeypatch, "93.184.216.34")
    assert len(await known.of("x.example", 443)) == 1
